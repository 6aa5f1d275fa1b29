"""Who knows a number and its address is mailed the link; nobody sees from outside who does."""

import re
from html import unescape

import pytest
from django.core.cache import cache, caches

import factories
import services
from cache.redis import Away, Cache
from dom import body, form, parse
from orders.models.number import as_number
from outbox.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIND = "/orders/find/"


@pytest.fixture(autouse=True)
def _nobody_has_tried():
    cache.clear()


@pytest.fixture
def order(place):
    return place((factories.variant(), 1), email="Ada@example.com")


def ask(client, number, email, prefix="", **more):
    return client.post(prefix + FIND, {"number": number, "email": email}, **more)


def mails():
    return Message.objects.filter(kind="order_link")


def test_the_link_is_mailed_to_the_address_of_the_order(client, order, settings):
    settings.SITE_URL = "https://inkandleaf.example"
    assert ask(client, order.number, "ada@EXAMPLE.com").status_code == 303
    sent = mails().get()
    assert sent.to == order.email
    assert order.number in sent.subject
    [link] = re.findall(r"https?://\S+", sent.text)
    assert link == f"https://inkandleaf.example/orders/{order.number}/?key={order.secret}"
    assert link in unescape(sent.html)
    assert client.get(link.removeprefix("https://inkandleaf.example")).status_code == 200


def test_the_mail_is_in_the_orders_language(client, place):
    order = place((factories.variant(), 1), email="ada@example.com", language="zh-hant")
    ask(client, order.number, order.email)
    sent = mails().get()
    assert "訂單" in sent.subject and "連結" in sent.subject and "/zh-hant/orders/" in sent.text


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_right_and_wrong_are_answered_alike(client, order, place, prefix):
    other = place((factories.variant(), 1), email="grace@example.com")
    pairs = [
        (order.number, order.email),
        (order.number, other.email),
        (other.number, order.email),
        ("2222-2222", order.email),
        ("2222-2222", "nobody@example.com"),
    ]
    seen = []
    for number, email in pairs:
        answer = ask(client, number, email, prefix)
        page = client.get(answer.headers["Location"])
        cookies = sorted(answer.cookies)
        seen.append((answer.status_code, answer.headers["Location"], cookies, body(page)))
    assert seen == [seen[0]] * len(pairs)
    assert mails().count() == 1


def test_right_and_wrong_take_the_same_questions_but_for_the_mail_itself(
    client, order, django_assert_num_queries
):
    ask(client, order.number, order.email)  # whatever is read only once
    with django_assert_num_queries(1):
        ask(client, "2222-2222", order.email)
    with django_assert_num_queries(2):
        ask(client, order.number, order.email)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{plain}", "{spaced}", "{wide}"])
def test_a_number_is_understood_however_it_is_written(client, order, typed):
    plain = order.number.replace("-", "")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in plain)
    spaced = f"{plain[:2]} {plain[2:5]} {plain[5:]}".lower()
    words = {"lower": order.number.lower(), "plain": plain, "spaced": spaced, "wide": wide}
    ask(client, typed.format(order.number, **words), order.email)
    assert mails().count() == 1


@pytest.mark.parametrize("typed", ["", "K7QM", "K7QM-3F9T-2", "\0", "%00" * 20])
def test_what_is_no_number_is_refused_in_words_and_kept(client, typed):
    answer = ask(client, typed, "ada@")
    assert answer.status_code == 422
    page = parse(answer.text)
    assert page.findtext(".//title").startswith("Error: ")
    links = page.xpath("//*[@role='alert']//a/@href")
    assert links == ["#id_number", "#id_email"]
    assert form(page, FIND).fields["email"] == "ada@"


def test_as_number():
    assert as_number("k7qm3f9t") == as_number(" K7QM – 3f9t ") == "K7QM-3F9T"
    assert as_number("") == "-"


def test_one_address_of_mail_is_written_to_only_so_often(client, order):
    answers = [ask(client, order.number, order.email).status_code for _ in range(7)]
    assert answers == [303] * 5 + [429] * 2
    assert mails().count() == 5
    wrong = [ask(client, "2222-2222", "nobody@example.com").status_code for _ in range(7)]
    assert wrong == answers
    assert ask(client, order.number, "other@example.com").status_code == 303


def test_who_has_to_wait_is_told_how_long_and_keeps_what_was_typed(client, order):
    for _ in range(6):
        answer = ask(client, order.number, order.email)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    page = parse(answer.text)
    assert "try again in an hour" in answer.text and "minute" not in answer.text
    assert page.findtext(".//h1").strip() == "Please wait a while"
    fields = form(page, FIND).fields
    assert (fields["number"], fields["email"]) == (order.number, order.email)


def test_one_address_of_the_network_asks_only_so_often(client, order):
    for n in range(20):
        assert ask(client, "2222-2222", f"{n}@example.com").status_code == 303
    assert ask(client, order.number, order.email).status_code == 429
    assert not mails().exists()
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert ask(client, order.number, order.email, **elsewhere).status_code == 303


@pytest.mark.parametrize("right", [True, False])
def test_it_works_and_is_braked_though_redis_is_away(client, order, right, monkeypatch):
    settings = {"SOCKET_CONNECT_TIMEOUT": 0.3, "SOCKET_TIMEOUT": 0.3, "IGNORE_EXCEPTIONS": True}
    away = Cache(f"redis://127.0.0.1:{services.free_port()}/0", {"OPTIONS": settings})
    monkeypatch.setattr(Away, "until", 0.0)
    before, caches["default"] = caches["default"], away
    try:
        away.clear()
        number = order.number if right else "2222-2222"
        answers = [ask(client, number, order.email).status_code for _ in range(6)]
    finally:
        caches["default"] = before
    assert answers == [303] * 5 + [429]
    assert mails().count() == (5 if right else 0)


def test_reading_sends_nothing(client, order):
    given = {"number": order.number, "email": order.email}
    assert client.get(FIND, given).status_code == 200
    assert not mails().exists()


def test_it_is_found_from_every_page_and_from_the_sign_in(client):
    for address in ("/", "/account/login/"):
        assert FIND in parse(client.get(address).text).xpath("//footer//a/@href")
    assert FIND in parse(client.get("/account/login/").text).xpath("//main//a/@href")
