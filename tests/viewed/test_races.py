"""Products opened in several windows at once are all counted."""

import pytest

import factories
from races import SERVER, at_once, unguarded
from shopping import Shopper
from web.sessions import SessionStore

pytestmark = pytest.mark.postgres
MANY = 8


@pytest.fixture
def variants(transactional_db):
    return [factories.variant(stock=None) for _ in range(MANY)]


def views(shop_server, variants, opened, guard=None):
    """Open these in as many windows of one session at once; returns the views counted."""
    shop = shop_server(**SERVER, **(unguarded(guard) if guard else {}))
    shopper = Shopper.over_http(shop.url)
    assert shopper.add(variants[0]).status_code == 303
    cookies = {"sessionid": shopper.client.cookies["sessionid"]}
    windows = [Shopper.over_http(shop.url, cookies=cookies) for _ in opened]
    answers = at_once(
        [lambda w=w, v=v: w.get(v.get_absolute_url()) for w, v in zip(windows, opened, strict=True)]
    )
    assert {answer.status_code for answer in answers} == {200}
    found = dict(SessionStore(cookies["sessionid"]).get("viewed", []))
    assert set(found) <= {variant.product_id for variant in opened}
    return sum(found.values())


@pytest.mark.parametrize("which", ["different", "the same"])
def test_parallel_views_lose_none(shop_server, variants, which):
    opened = variants if which == "different" else variants[:1] * MANY
    assert views(shop_server, variants, opened) == MANY


@pytest.mark.parametrize("which", ["different", "the same"])
def test_control_without_the_lock_views_are_lost(shop_server, variants, which):
    opened = variants if which == "different" else variants[:1] * MANY
    assert views(shop_server, variants, opened, "merging") < MANY
