"""How much one may ask: whoever asks is counted as one, by whichever way they come."""

import re

import pytest

import factories
import kinds
from api.manners import throttles
from calling import Caller, problem, token_of
from services import ROOT
from visiting import member
from web.throttle import Throttle

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch):
    """Two of each kind in a minute."""
    for kind in throttles.KINDS:
        monkeypatch.setitem(throttles.KINDS, kind, Throttle(f"few-{kind}", most=2, seconds=60))


def test_a_member_has_no_more_tries_for_having_more_tokens(few):
    ada = member()
    programs = [Caller(token=token_of(ada, "cart")) for _ in range(3)]
    assert [each.get("cart/").status_code for each in programs] == [200, 200, 429]
    assert problem(Caller(ada).get("cart/")) == "too-many", "nor by their session"
    eve = Caller(token=token_of(member("eve@example.com"), "cart"))
    assert eve.get("cart/").status_code == 200, "from the same address"
    assert Caller().get("cart/").status_code == 200


def test_what_is_written_is_counted_over_all_tokens_too(few):
    cup, ada = factories.variant(stock=9), member()
    programs = [Caller(token=token_of(ada, "cart")) for _ in range(3)]
    assert [each.add(cup).status_code for each in programs] == [201, 201, 429]
    assert programs[2].get("cart/").json()["count"] == 2


def test_nginx_allows_an_address_what_the_shop_allows():
    """Else what is allowed here could never be used up."""
    limits = (ROOT / "ops/nginx/limits.conf").read_text()
    a_second = dict(re.findall(r"zone=([\w-]+):\w+ rate=(\d+)r/s", limits))
    allowed = {zone: int(rate) * 60 for zone, rate in a_second.items()}
    kinds = throttles.KINDS
    assert allowed == {"api": kinds["read"].most, "staff": kinds["staff"].most}


def test_a_head_is_a_read(few):
    guest = Caller()
    codes = [guest.call(method, "cart/").status_code for method in ("HEAD", "GET", "HEAD")]
    assert codes == [200, 200, 429]
    assert guest.post("session/").status_code == 201, "writes are counted apart"


def test_who_looks_again_and_again_whether_it_is_paid_may_still_pay(few, demo):
    order, guest = kinds.placed(), Caller()
    path = f"orders/{order.number}/payment/?key={order.secret}"
    assert [guest.get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert guest.post(path, {"provider": "offline"}).status_code == 201
