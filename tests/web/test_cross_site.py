"""Who may change something: the same site by its browser's word, others by a token."""

import re

import pytest
from django.test import Client

import kinds
from contact.models import Message
from dom import form, forms, parse
from kinds import pk
from writing import picture

pytestmark = pytest.mark.slow

ADD = "/cart/add/"
HOME = "http://testserver"
TLS = "https://testserver"


def adding() -> dict[str, str]:
    return {"variant": str(pk("TC-OAT")), "quantity": "2"}


def held(visitor: Client) -> dict:
    return dict(visitor.session).get("cart", {}) if "sessionid" in visitor.cookies else {}


@pytest.fixture
def strict(demo) -> Client:
    """A visitor whom the protection does not wave through, as Django's test client is otherwise."""
    return Client(enforce_csrf_checks=True)


OURS = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": HOME},
    {"Origin": HOME},
]
NOT_OURS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": HOME},
    {"Origin": "http://elsewhere.example"},
    {"Origin": "http://testserver.elsewhere.example"},
    {"Origin": "http://testserver:8080"},
    {"Origin": TLS},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "", "Origin": "null"},
]


def said(headers: dict[str, str]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in headers.items())


@pytest.mark.parametrize("headers", OURS, ids=said)
def test_a_post_from_our_own_page_needs_no_token(strict, headers):
    answer = strict.post(ADD, adding(), headers=headers)
    assert (answer.status_code, answer["Location"]) == (303, "/cart/")
    assert held(strict) == {str(pk("TC-OAT")): {"quantity": 2}}


@pytest.mark.parametrize("headers", NOT_OURS, ids=said)
@pytest.mark.parametrize("more", [{}, {"HX-Request": "true", "HX-Request-Type": "partial"}])
def test_a_post_from_another_site_is_refused_and_changes_nothing(strict, headers, more):
    strict.post(ADD, adding(), headers={"Sec-Fetch-Site": "same-origin"})
    before = held(strict)
    answer = strict.post(ADD, adding(), headers=headers | more)
    assert answer.status_code == 403
    assert "no-store" in answer["Cache-Control"]
    assert held(strict) == before == {str(pk("TC-OAT")): {"quantity": 2}}
    page = parse(answer.content.decode())
    assert page.findtext(".//h1") == "That was not done"
    assert page.xpath("//main//a[@href='/']")
    assert not page.xpath("//main//form"), "a forger's fields are not offered again"


@pytest.mark.parametrize("headers", NOT_OURS[:2], ids=said)
def test_a_token_does_not_help_another_site(strict, headers):
    strict.post(ADD, adding(), headers={"Sec-Fetch-Site": "same-origin"})
    product = parse(strict.get("/p/tea-cup/").content.decode())
    fields = form(product, ADD).fields
    assert strict.post(ADD, fields, headers=headers).status_code == 403


def test_a_client_that_says_nothing_and_has_no_token_is_shown_the_same_form_once_more(strict):
    fields = adding() | {"note": '"<&', "many": ["a", "b"]}
    answer = strict.post(ADD + "?from=home", fields)
    page = parse(answer.content.decode())
    assert answer.status_code == 403
    assert "no-store" in answer["Cache-Control"]
    assert page.findtext(".//h1") == "One more step"
    shown = form(page, ADD)
    assert (shown.method, shown.action) == ("post", ADD + "?from=home")
    hidden = page.xpath("//main//form//input[@type='hidden']")
    pairs = sorted((each.get("name"), each.get("value")) for each in hidden)
    token = shown.fields["csrfmiddlewaretoken"]
    assert pairs == sorted(
        [
            *(("csrfmiddlewaretoken", token), ("many", "a"), ("many", "b")),
            *(("note", '"<&'), ("quantity", "2"), ("variant", str(pk("TC-OAT")))),
        ]
    )
    assert held(strict) == {}


def test_a_chosen_file_is_asked_for_again(strict):
    told = {"name": "Ada", "email": "ada@example.com", "subject": "A cup", "message": "Look\nhere"}
    answer = strict.post("/contact/", told | {"picture": picture("cup.jpg"), "once": "x"})
    page = parse(answer.content.decode())
    (asked,) = page.xpath("//main//form[@enctype='multipart/form-data']")
    (chooser,) = asked.xpath(".//input[@type='file']")
    assert chooser.get("name") == "picture"
    label = asked.xpath(".//label[@for=$id]", id=chooser.get("id"))[0].text_content()
    assert label == "Choose cup.jpg once more"
    fields = form(page, "/contact/").fields
    assert {name: fields[name] for name in told} == told
    sent = strict.post("/contact/", fields | {"picture": picture("cup.jpg")})
    assert (sent.status_code, sent["Location"]) == (303, "/contact/sent/")
    kept = Message.objects.get().picture
    assert kept
    kept.delete()


@pytest.mark.parametrize("to", ["", "/zh-hant"])
@pytest.mark.parametrize("name", ["password", "password1", "oldpassword"])
def test_a_password_is_never_shown_again_but_led_back_to_its_form(strict, to, name):
    at = f"{to}/account/login/?next=/c/tea/"
    answer = strict.post(at, {"login": "ada@example.com", name: "three small cups"})
    page = parse(answer.content.decode())
    assert answer.status_code == 403 and "no-store" in answer["Cache-Control"]
    assert "three small cups" not in answer.text and "ada@example.com" not in answer.text
    assert not page.xpath("//main//form")
    assert page.xpath("//main//a[@href=$at]", at=at)


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_client_that_says_an_empty_word_is_one_that_says_nothing(strict, secure):
    answer = strict.post(ADD, adding(), headers={"Sec-Fetch-Site": ""}, secure=secure)
    assert answer.status_code == 403
    assert parse(answer.content.decode()).findtext(".//h1") == "One more step"
    assert held(strict) == {}


def test_continue_then_does_it_once(strict):
    page = parse(strict.post(ADD, adding()).content.decode())
    shown = form(page, ADD)
    answer = strict.post(shown.action, shown.fields)
    assert (answer.status_code, answer["Location"]) == (303, "/cart/")
    assert held(strict) == {str(pk("TC-OAT")): {"quantity": 2}}


def test_a_wrong_token_leads_to_one_more_step_too(strict):
    strict.get("/p/tea-cup/")
    answer = strict.post(ADD, adding() | {"csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    fresh = form(parse(answer.content.decode()), ADD).fields["csrfmiddlewaretoken"]
    assert fresh != "x" * 64
    assert held(strict) == {}


def test_a_client_that_says_nothing_posts_a_personal_pages_form_with_its_token(strict):
    product = parse(strict.get("/p/tea-cup/?v=TC-OAT").content.decode())
    answer = strict.post(ADD, form(product, ADD).filled(quantity="2"))
    assert answer.status_code == 303
    assert held(strict) == {str(pk("TC-OAT")): {"quantity": 2}}


def test_the_step_is_said_in_the_language_of_the_address(strict):
    page = parse(strict.post("/zh-hant" + ADD, adding()).content.decode())
    assert page.get("lang") == "zh-hant"
    assert form(page, ADD).action == "/zh-hant" + ADD


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": TLS}], ids=said)
def test_over_https_a_browsers_word_is_enough(strict, headers):
    assert strict.post(ADD, adding(), headers=headers, secure=True).status_code == 303


@pytest.mark.parametrize("headers", [{"Origin": HOME}, {"Origin": "null"}], ids=said)
def test_over_https_a_page_without_tls_is_another_site(strict, headers):
    assert strict.post(ADD, adding(), headers=headers, secure=True).status_code == 403


@pytest.mark.parametrize(
    ("referer", "status"),
    [
        (f"{TLS}/p/tea-cup/", 303),
        (f"{HOME}/p/tea-cup/", 403),
        ("https://elsewhere.example/", 403),
        ("", 403),
    ],
)
def test_over_https_a_token_counts_with_a_referer_of_ours(strict, referer, status):
    product = parse(strict.get("/p/tea-cup/", secure=True).content.decode())
    headers = {"Referer": referer} if referer else {}
    answer = strict.post(ADD, form(product, ADD).fields, headers=headers, secure=True)
    assert answer.status_code == status
    assert bool(held(strict)) == (status == 303)


# Also for somebody whose own cart stands in their header: it is the kept page all the same.
SHARED = re.compile("(/zh-hant)?/(c/.*|pages/.*|search/|api/guide/|newsletter/letters/.*)?$")


def test_every_form_of_a_personal_page_carries_a_token_and_shared_pages_carry_none(pages):
    for name, answer in pages.items():
        page = parse(answer.content.decode())
        is_shared = answer.status_code == 200 and SHARED.match(answer.request["PATH_INFO"])
        for each in forms(page):
            if each.method == "get":
                assert "csrfmiddlewaretoken" not in each.fields, name  # it would be in the address
                continue
            assert ("csrfmiddlewaretoken" in each.fields) != bool(is_shared), (
                f"{name}: {each.action}"
            )


def test_every_address_that_changes_something_is_protected(demo):
    """Another site's post is refused before the view sees it, whatever the address."""
    visitor = kinds.shopper(enforce_csrf_checks=True)
    line = f"/cart/lines/{pk('TC-ASH')}/"
    before = dict(visitor.session)
    assert before["cart"]
    for address in (
        *(ADD, line, f"{line}remove/", "/viewed/clear/"),
        *("/checkout/", "/checkout/delivery/", "/checkout/review/", "/admin/login/"),
    ):
        answer = visitor.post(address, {"quantity": "3"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, address
    assert dict(visitor.session) == before
