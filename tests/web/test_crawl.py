"""Every address the shop leads to opens, in both languages, and leaves nothing behind."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from dom import HTMX, parse

STARTS = ["/", "/zh-hant/", "/sitemap.xml", "/robots.txt"]
MOST_FILTERS = 1  # of a list at once: combinations have no end
LINKS = "//a/@href | //form[@method='get']/@action | //link/@href | //img/@src | //script/@src"


def led_to(address, answer):
    """The shop's own addresses in an answer."""
    kind = answer["Content-Type"].partition(";")[0]
    if "Location" in answer:
        found = [answer["Location"]]
    elif kind == "text/html":
        found = parse(answer.content.decode()).xpath(LINKS)
    elif kind == "application/xml":
        page = parse(answer.content.decode().partition("?>")[2])
        found = [loc.text for loc in page.xpath("//loc")] + page.xpath("//@href")
    else:
        return
    for each in found:
        parts = urlsplit(urljoin(f"http://127.0.0.1:8000{address}", each))
        if parts.scheme == "http" and parts.port == 8000:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def worth_a_visit(address):
    path, _, query = address.partition("?")
    if path.startswith(("/static/", "/media/")):
        return False  # what pages name of these, Chromium loads in the journeys
    filters = [
        pair for pair in query.split("&") if pair and pair.partition("=")[0] not in {"q", "v"}
    ]
    return len(filters) <= MOST_FILTERS


def crawl(visit):
    """Visit everything once; returns the status by address."""
    waiting, seen = list(STARTS), {}
    while waiting:
        address = waiting.pop()
        if address in seen or not worth_a_visit(address):
            continue
        answer = visit(address)
        seen[address] = answer.status_code
        waiting += led_to(address, answer)
    return seen


# A cart that is empty has nothing to check out; an account asks who it is.
LED_AWAY = {"/checkout/", "/zh-hant/checkout/", "/favicon.ico"}
LED_AWAY |= {"/account/", "/zh-hant/account/"}
# The privacy page and the guide for programs lead to a member's own.
OWN = ("data", "erase", "tokens")
LED_AWAY |= {f"{to}/account/{path}/" for to in ("", "/zh-hant") for path in OWN}


@pytest.mark.whole
@pytest.mark.timeout(300)
def test_no_address_leads_astray_and_no_visit_leaves_a_session(demo):
    cookies = set()

    def visit(address):
        newcomer = Client()
        answer = newcomer.get(address)
        cookies.update(newcomer.cookies)
        return answer

    seen = crawl(visit)
    assert len(seen) > 300
    found = {f"{status} {address}" for address, status in seen.items() if status != 200}
    assert found <= {f"302 {address}" for address in LED_AWAY}
    for kind in ("/p/tea-cup/", "/zh-hant/c/tea/", "/pages/privacy/", "/search/", "/cart/"):
        assert kind in seen
    assert Session.objects.count() == 0
    assert cookies <= {"first_view", "csrftoken"}


def test_who_keeps_cookies_has_one_session(demo):
    visitor = Client()
    for address in ("/", "/p/tea-cup/", "/p/mug/", "/c/tea/", "/zh-hant/p/bowl/", "/cart/"):
        visitor.get(address)
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "address", ["/", "/c/tea/", "/search/?q=cup", "/p/tea-cup/", "/pages/about/", "/cart/"]
)
def test_asking_for_the_head_alone_or_for_a_part_is_no_error(demo, address):
    assert Client().head(address).status_code == 200
    assert Client().head(address).content == b""
    assert Client().get(address, headers=HTMX).status_code == 200
    assert Session.objects.count() == 0
