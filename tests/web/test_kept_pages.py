"""Shared pages over two real processes and Redis: read once, right at once, and nobody's own."""

import os
import pickle
import re
import signal
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from django.db import connection
from django.db.models.base import model_unpickle
from django.test import Client

import factories
from cache.shown import Shown
from catalog.models import Category, Picture, Product, TaxClass, Variant
from content.models import Page
from dom import HTMX, parse
from races import SERVER, at_once, unguarded
from shopping import Shopper
from web.shared import anybody

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.outside]
FEATURED = 'AND "V0"."featured"'  # the one statement that looks for them
SLOW = 0.5  # seconds that the watched statement takes


@pytest.fixture
def watched(shop_server, kept, tmp_path):
    """A server that notes each reading of the featured products; `reads()` are their processes."""
    file = tmp_path / "statements"
    file.touch()

    def start(seconds=SLOW, **more):
        env = unguarded("x") | {"DJANGO_SETTINGS_MODULE": "watched.statements"}
        env |= {"WATCHED_FILE": str(file), "WATCHED_SQL": FEATURED}
        env |= {"WATCHED_SECONDS": str(seconds), "REDIS_URL": kept.url} | more
        shop = shop_server(**SERVER, **env)
        kept.redis.flushdb()
        file.write_text("")
        return shop

    start.reads = lambda: [int(pid) for pid in file.read_text().split()]
    start.forget = lambda: file.write_text("")
    yield start


@pytest.fixture
def shelf(transactional_db):
    category = factories.category()
    for _ in range(3):
        factories.variant(factories.product(category=category, featured=True))
    return category


def visit(shop, address="/"):
    """Seconds, status and page of a visit with a connection of its own."""
    began = time.monotonic()
    with urllib.request.urlopen(f"{shop.url}{address}", timeout=60) as answer:
        page = answer.read().decode()
    return time.monotonic() - began, answer.status, page


def grow_stale(kept):
    """Let the fresh time of everything that is kept be over."""
    keys = [key.decode() for key in kept.redis.keys("*:*:*")]
    names = [key.split(":", 2)[2] for key in keys if not re.search("lock$|:version:", key)]
    entries = kept.read(names)
    assert entries
    kept.write({name: (value, 0.0) for name, (value, _until) in entries.items()}, 60)


@pytest.mark.parametrize("number", [50, 200])
def test_a_cold_page_that_many_ask_for_at_once_is_read_once(watched, shelf, number):
    shop = watched()
    answers = at_once([lambda: visit(shop)] * number)
    assert {status for _seconds, status, _page in answers} == {200}
    assert len({page for _seconds, _status, page in answers}) == 1
    assert len(watched.reads()) == 1


def test_control_without_the_lock_it_is_read_more_than_once(watched, shelf):
    shop = watched(WATCHED_WITHOUT_LOCKS="1")
    at_once([lambda: visit(shop)] * 50)
    assert len(watched.reads()) > 1


def test_at_its_expiry_one_reads_and_nobody_else_waits(watched, shelf, kept):
    shop = watched(seconds=3)
    visit(shop)
    watched.forget()
    grow_stale(kept)
    answers = at_once([lambda: visit(shop)] * 12)  # fewer than the server has threads
    assert len(watched.reads()) == 1
    assert len([seconds for seconds, _status, _page in answers if seconds >= 3]) == 1


def test_a_killed_filler_costs_at_most_two_readings(watched, shelf):
    shop = watched(seconds=1.5)
    assert until(lambda: shop.log.read_text().count("Started worker") == 2, 10)

    def ask():
        with suppress(OSError):  # those of the killed process are gone with it
            return visit(shop)[1]

    with ThreadPoolExecutor(24) as pool:
        asked = [pool.submit(ask) for _ in range(24)]
        while not watched.reads():
            time.sleep(0.02)
        os.kill(watched.reads()[0], signal.SIGKILL)
        asked += [pool.submit(ask) for _ in range(4)]
        statuses = {each.result() for each in asked}
    assert 200 in statuses and statuses <= {200, None}
    assert len(watched.reads()) == 2


@pytest.fixture
def shop(shop_server, kept):
    return shop_server(**SERVER, REDIS_URL=kept.url)


def until(seen, seconds=1.0):
    """Whether it is seen within a second."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen():
            return True
    return False


def edits(category):
    """Ways in which editors, imports and shoppers change what shared pages show."""
    variant = Variant.objects.filter(product__category=category).first()
    page = factories.content_page()
    picture = factories.picture(variant.product)

    def renamed(row, field, word):
        setattr(row, field, word)
        row.save()

    return {
        "a product's name": ("/", "Teapot", lambda: renamed(variant.product, "name_en", "Teapot")),
        "a price": ("/", "£77.00", lambda: renamed(variant, "price", 7700)),
        "a category": ("/", "Kettles", lambda: renamed(category, "name_en", "Kettles")),
        "a page": (page.get_absolute_url(), "Anew", lambda: renamed(page, "text_en", "Anew")),
        "a picture": ("/", "A spout", lambda: renamed(picture, "alt_en", "A spout")),
        "an import": ("/", "£66.00", lambda: Variant.objects.all().update(price=6600)),
        "a sale": ("/", "Last 2", lambda: Variant.objects.take(variant.pk, 8)),
        "the last": (category.get_absolute_url(), "Sold out", lambda: sell_all(variant)),
        "a return": ("/", "Last 3", lambda: Variant.objects.give_back(variant.pk, 3)),
        "a new one": (category.get_absolute_url(), "4 products", lambda: another(category)),
        "a deletion": (category.get_absolute_url(), "3 products", lambda: fewer(category)),
        "a page in the footer": (
            "/",
            "Answers",
            lambda: factories.content_page(title_en="Answers"),
        ),
        "pages deleted": ("/", "", lambda: Page.objects.all().delete()),
    }


def sell_all(variant):
    Variant.objects.filter(pk=variant.pk).update(stock=0)


def another(category):
    factories.variant(factories.product(category=category))


def fewer(category):
    Product.objects.filter(category=category).first().delete()


def test_every_change_is_seen_within_a_second_in_every_process(shop, shelf):
    for what, (address, words, change) in edits(shelf).items():
        for _ in range(4):
            assert not words or words not in visit(shop, address)[2], what
        change()
        assert until(lambda a=address, w=words: w in visit(shop, a)[2]), what
        assert all(words in visit(shop, address)[2] for _ in range(6)), what
    assert "Answers" not in visit(shop)[2]


def test_what_is_kept_of_pages_is_the_same_whoever_asked_first(shop, shelf, kept):
    """Nothing that a browser sends about a person gets into what is kept."""
    page = factories.content_page()
    addresses = ["/", shelf.get_absolute_url(), page.get_absolute_url(), "/search/", "/zh-hant/"]
    plain = {address: visit(shop, address)[2] for address in addresses}
    kept.redis.flushdb()
    nosy = Shopper.over_http(shop.url)
    nosy.add(Variant.objects.first())
    nosy.client.headers.update({"Accept-Language": "zh-TW", "User-Agent": "N. Osy"})
    for address in addresses:
        nosy.get(address)
    assert {address: visit(shop, address)[2] for address in addresses} == plain
    text = b"".join(strings(kept.redis))
    assert b"Osy" not in text and nosy.client.cookies["sessionid"].encode() not in text


def strings(redis):
    """All that is kept but copies of sessions."""
    return [redis.get(key) for key in redis.keys("*") if redis.type(key) == b"string"]


def badge(page):
    found = parse(page).xpath("//*[@id='cart-badge']/*[@class='count']")
    return int(found[0].text) if found else 0


def test_people_with_different_carts_never_see_each_others(shop, shelf):
    variants = list(Variant.objects.all())
    people = [Shopper.over_http(shop.url) for _ in range(6)]
    for number, shopper in enumerate(people):
        for variant in variants[: number % 3 + 1]:
            assert shopper.add(variant, number + 1).status_code == 303
    due = [(n + 1) * (n % 3 + 1) for n in range(6)]

    def look(number, address):
        return badge(people[number].get(address).text) == due[number]

    pages = ["/", shelf.get_absolute_url(), "/cart/", "/search/"]
    looks = [lambda n=n, a=a: look(n, a) for n in range(6) for a in pages]
    for _ in range(3):
        assert all(at_once(looks))
        assert badge(visit(shop)[2]) == 0


def test_members_with_different_carts_never_see_each_others(shop, shelf):
    cup, people = Variant.objects.first(), [factories.user() for _ in range(3)]
    devices = [Shopper.over_http(shop.url, cookies=signed_in(user)) for user in people]
    for number, device in enumerate(devices, 1):
        assert device.add(cup, number).status_code == 303

    def look(number, address):
        return badge(devices[number - 1].get(address).text) == number

    pages = ["/", shelf.get_absolute_url(), "/cart/"]
    for _ in range(3):
        assert all(at_once([lambda n=n, a=a: look(n, a) for n in (1, 2, 3) for a in pages]))
        assert badge(visit(shop)[2]) == 0


def signed_in(user):
    client = Client()
    client.force_login(user)
    return {"sessionid": client.cookies["sessionid"].value}


class Rows(pickle.Unpickler):
    """Notes the model of every row that is read, however deep it lies."""

    def __init__(self, text, found):
        super().__init__(BytesIO(text))
        self.found = found

    def find_class(self, module, name):
        known = super().find_class(module, name)
        return partial(self.note, known) if known is model_unpickle else known

    def note(self, made, model_id):
        row = made(model_id)
        self.found.add(type(row))
        return row


def test_every_row_that_is_kept_begins_a_new_version_when_it_changes(shelf, kept):
    shopper, cup = Shopper(), Variant.objects.first()
    factories.picture(cup.product)
    page = factories.content_page()
    shopper.add(cup)
    addresses = ["/", shelf.get_absolute_url(), "/search/?q=x", cup.get_absolute_url(), "/cart/"]
    for address in [*addresses, page.get_absolute_url()]:
        assert shopper.get(address).status_code == 200
    found = set()
    for text in strings(kept.redis):
        if text.startswith(pickle.PROTO):
            Rows(text, found).load()
    assert {Category, Page, Picture, Product, TaxClass, Variant} <= found
    assert [model for model in found if not issubclass(model, Shown)] == []


def test_cart_and_checkout_know_of_a_sale_that_nobody_has_heard_of_yet(shelf, kept):
    """What a process keeps without Redis may be a second old; nobody is to decide by that."""
    shopper, cup = Shopper(), Variant.objects.first()
    shopper.add(cup)
    assert "Sold out." not in shopper.get("/").text
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_variant SET stock = 0 WHERE id = %s", [cup.pk])
    assert "Sold out." not in shopper.get("/").text  # the control: it is kept
    assert "Sold out." in shopper.get("/cart/").text
    assert shopper.get("/checkout/").headers["Location"] == "/cart/"


def test_a_members_name_and_address_stay_out_of_what_is_kept(shop, shelf, kept, settings):
    from django.conf import global_settings

    from visiting import EMAIL, PASSWORD, member

    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    member()
    ada = Shopper.over_http(shop.url)
    assert ada.post("/account/login/", login=EMAIL, password=PASSWORD).status_code == 302
    for address in ("/", shelf.get_absolute_url(), "/search/", "/account/", "/"):
        assert ada.get(address).status_code == 200
    key = ada.client.cookies["sessionid"]
    texts = strings(kept.redis)
    assert texts and not any(each.encode() in text for text in texts for each in (EMAIL, key))


class TestAnybody:
    """What the view of a shared page gets to see."""

    def test_it_knows_nothing_of_the_person(self, rf):
        request = rf.get("/", headers={"Cookie": "sessionid=x", "Accept-Language": "zh", **HTMX})
        request.session, request.user = object(), object()
        bare = anybody(request)
        assert bare.COOKIES == {} and bare.session.session_key is None
        assert not bare.user.is_authenticated
        assert "HTTP_COOKIE" not in bare.META and "REMOTE_ADDR" not in bare.META
        assert bare.headers.get("Accept-Language") is None
        assert bare.get_host() == "testserver" and bare.path == "/"

    def test_the_request_itself_stays_as_it_was(self, rf):
        request = rf.get("/", headers={"Cookie": "sessionid=x"})
        request.session = request.user = None
        anybody(request)
        assert request.COOKIES == {"sessionid": "x"}
        assert request.META["HTTP_COOKIE"]


def test_pages_of_words_are_kept_by_djangos_own_means(shop, kept):
    page = factories.content_page()
    first = httpx.get(shop.url + page.get_absolute_url())
    again = httpx.get(shop.url + page.get_absolute_url())
    assert first.text == again.text
    assert kept.redis.keys("*cache_page*")
    assert re.match("public, max-age=0, s-maxage=", again.headers["Cache-Control"])
    assert "Expires" not in again.headers and "Set-Cookie" not in again.headers
    assert again.headers["ETag"] == first.headers["ETag"]


def test_what_a_killed_server_has_kept_is_no_other_releases(data_dir: Path):
    """Drawn by other code, it may look different."""
    from config.release import release

    folder = data_dir / "release" / "src"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("a = 1")
    one = release(folder.parent)
    (folder / "a.py").write_text("a = 2")
    assert release(folder.parent) != one
