"""What goes wrong is said plainly, with a way on."""

import socket
import urllib.error
import urllib.request

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

import factories
import kinds
import services
from dom import HTMX, parse
from web.pages import database_is_away

pytestmark = pytest.mark.slow

TOO_LARGE = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1


@pytest.mark.parametrize(("to", "home"), [("", "/"), ("/zh-hant", "/zh-hant/")])
@pytest.mark.parametrize(
    "address",
    ["/nothing/", "/p/no-such-cup/", "/p/tea-cup/?v=NO-SUCH", "/c/no-such/", "/orders/AB-CD/?key="],
)
def test_what_is_not_here_is_said_with_a_way_on(demo, to, home, address):
    answer = Client().get(to + address)
    page = parse(answer.content.decode())
    assert answer.status_code == 404
    assert page.get("lang") == ("zh-hant" if to else "en")
    assert len(page.xpath("//h1")) == 1
    assert page.xpath(f"//main//a[@href='{home}']")
    assert page.findtext(".//h1") in page.findtext(".//title")
    if not to:
        assert page.findtext(".//h1") == "This page is not here"


def test_help_stands_in_the_same_place_on_every_page_even_when_buying(pages):
    for name, answer in pages.items():
        footers = parse(answer.content.decode()).xpath("//body/footer")
        assert len(footers) == 1, name
        first, second = footers[0].xpath(".//a")[:2]
        assert first.get("href").endswith("/contact/"), name
        assert second.get("href").startswith("mailto:"), name


def test_a_bug_is_answered_by_a_plain_page_that_asks_the_database_nothing(
    demo, django_assert_num_queries
):
    with django_assert_num_queries(1):  # the home page's own row, before the bug
        answer = kinds.broken("/")
    page = parse(answer.content.decode())
    assert answer.status_code == 500
    assert page.findtext(".//h1") == "Something went wrong"
    assert page.xpath("//main//a[@href='/']")
    assert not page.xpath("//script")
    assert b"RuntimeError" not in answer.content and b"a bug of ours" not in answer.content


def test_a_bug_is_told_in_the_readers_language(demo):
    assert parse(kinds.broken("/zh-hant/").content.decode()).get("lang") == "zh-hant"


@pytest.mark.parametrize("address", ["/", "/p/tea-cup/", "/cart/", "/zh-hant/c/tea/"])
def test_a_shop_whose_database_is_away_answers_plainly(away, address):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(away.url + address, timeout=20)
    page = parse(refused.value.read().decode())
    assert refused.value.code == 503
    assert int(refused.value.headers["Retry-After"]) > 0
    heading = "暫停服務片刻" if address.startswith("/zh") else "Closed for a moment"
    assert page.findtext(".//h1") == heading
    assert "Traceback" not in page.text_content()


def test_a_database_without_room_answers_plainly_and_takes_carts_again_later(transactional_db):
    """SQLite's, by a limit of its own; PostgreSQL's disk is filled by `just faults`."""
    cup = factories.variant()

    def begin_a_cart():
        visitor = Client(raise_request_exception=False)
        return visitor.post("/cart/add/", {"variant": cup.pk, "quantity": 1})

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # nothing is free within
        cursor.execute("PRAGMA max_page_count = 1")  # it stays as large as it is
        answers = (begin_a_cart() for _ in range(200))
        refused = next(each for each in answers if each.status_code != 303)
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert refused.status_code == 503 and int(refused["Retry-After"]) > 0
    assert parse(refused.content.decode()).findtext(".//h1") == "Closed for a moment"
    assert begin_a_cart().status_code == 303


def test_postgresqls_full_disk_is_known_by_its_code(db):
    def raised(cause):
        try:
            raise OperationalError from cause
        except OperationalError:
            return database_is_away()

    connection.ensure_connection()
    assert raised(psycopg.errors.DiskFull()) and not raised(psycopg.errors.DeadlockDetected())


@pytest.fixture(scope="module")
def away(tmp_path_factory, _static_files, data_dir):
    """A shop on a port where no database listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody answers
        env = {
            "DATABASE_URL": f"postgresql://127.0.0.1:{closed.getsockname()[1]}/shop",
            "SECRET_KEY": "of the tests: " + "x" * 50,
            "ALLOWED_HOSTS": "127.0.0.1",
        }
        with services.shop(data_dir, workers=1, threads=2, env=env) as shop:
            yield shop


@pytest.mark.parametrize("address", ["/", "/p/tea-cup/", "/cart/", "/admin/", "/nothing/"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "elsewhere.example"},
        {"Host": "testserver.elsewhere.example"},
        {"Host": "a b"},
        {"Host": "[::1"},
    ],
    ids=str,
)
def test_a_forged_host_is_a_bad_request_and_no_error_of_ours(demo, address, headers):
    answer = Client(raise_request_exception=False).get(address, headers=headers)
    assert answer.status_code == 400
    assert b"elsewhere" not in answer.content


@pytest.mark.parametrize(("to", "words"), [("", "We could not read that"), ("/zh-hant", "")])
def test_a_bad_request_is_told_in_the_readers_language_with_a_way_on(demo, to, words):
    answer = Client().get(f"{to}/p/mug/", headers={"Host": "elsewhere.example"})
    page = parse(answer.text)
    assert page.get("lang") == ("zh-hant" if to else "en")
    assert words in page.findtext(".//h1") in page.findtext(".//title")
    assert page.xpath(f"//main//a[@href='{to}/']")
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/", "/c/tea/", "/p/tea-cup/", "/cart/"])
def test_a_page_that_is_only_read_says_so(demo, address, method):
    answer = getattr(Client(), method)(address)
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert "public" not in answer.get("Cache-Control", "")


@pytest.mark.parametrize("address", ["/cart/add/", "/checkout/"])
def test_too_large_a_form_is_refused_plainly(demo, address):
    visitor = kinds.shopper()
    before = dict(visitor.session)
    quiet = Client(raise_request_exception=False)
    quiet.cookies = visitor.cookies
    for fields in (
        {"quantity": "1" * TOO_LARGE},
        {f"field-{number}": "1" for number in range(1_001)},
    ):
        answer = quiet.post(
            address, "&".join(f"{key}={value}" for key, value in fields.items()),
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip
        assert answer.status_code in {400, 413}
        assert len(answer.content) < 4_000
    assert dict(visitor.session) == before


@pytest.mark.parametrize(
    "body", [b"\xff\xfe=1", b"variant=%00&quantity=%00", b"variant=1;quantity", b"%", b""]
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_mangled_form_is_refused_in_words(demo, body, headers):
    quiet = Client(raise_request_exception=False)
    form = "application/x-www-form-urlencoded"
    answer = quiet.post("/cart/add/", body, content_type=form, headers=headers)
    assert answer.status_code == 422
    quiet = Client(raise_request_exception=False)
    broken = quiet.post("/cart/add/", b"--x", content_type="multipart/form-data; boundary=y")
    assert broken.status_code in {400, 422}


@pytest.mark.parametrize(
    "address",
    ["/orders/%00/?key=x", "/p/tea-cup/?v=%00", "/c/%FF/", "/p/%E2%80%AE/", "/orders/A/?key=%C3"],
)
def test_addresses_that_nobody_writes_are_not_found(demo, address):
    assert Client(raise_request_exception=False).get(address).status_code == 404


def test_a_token_that_nobody_made_places_nothing(demo):
    visitor = Client(raise_request_exception=False)
    visitor.cookies = kinds.shopper().cookies
    for token in ("\x00", "", "é" * 3_000, "x"):
        answer = visitor.post("/checkout/review/", {"token": token, "quote": "\x00"})
        assert answer.status_code == 302
