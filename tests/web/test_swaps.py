"""The page after a swap is the page after a reload, whatever a shopper does."""

from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dom
import factories
import kinds
from dom import HTMX, parse

PLACES = ["/p/tea-cup/", "/p/candle/", "/p/vase-moon/", "/p/whisk/", "/cart/", "/wishlist/"]
QUANTITIES = ["0", "1", "2", "20", "21", "-1", "1.5", "abc", "", "<i>", "99999999999999999999"]
CODES = ["WELCOME10", "tea5", "POST", "SPRING", "SUMMER", "no", "", "<i>"]
# Go to a page; or use the n-th thing of the page that htmx answers, with a quantity or a code
# typed in.
ACTIONS = st.one_of(
    st.tuples(st.just("go"), st.sampled_from(PLACES), st.just(""), st.just("")),
    st.tuples(
        st.just("use"),
        st.integers(0, 40),
        st.sampled_from(QUANTITIES + ["1", "2"]),
        st.sampled_from(CODES),
    ),
)


class Window:
    """One visitor's window: htmx swaps in `page`; a second look by plain requests is compared."""

    def __init__(self, to: str = "", visitor: Client | None = None) -> None:
        """A newcomer looks at a cup; a visitor who is known already has come to the cart."""
        self.visitor, self.to = visitor or Client(), to
        cache.clear()  # codes that were guessed before
        self.go("/cart/" if visitor else "/p/tea-cup/")

    def go(self, address: str) -> None:
        self.address = address if address.startswith(self.to) else self.to + address
        self.page = parse(self.visitor.get(self.address).content.decode())

    def use(self, number: int, quantity: str, code: str) -> None:
        choices = self.page.xpath("//a[@hx-get]/@hx-get")
        # What asks for letters at every page's foot is answered by a page of its own.
        forms = [
            form
            for form in dom.forms(self.page)
            if form.method == "post" and not form.action.endswith("/newsletter/")
        ]
        things = [*choices, *forms]
        if not things:
            return
        thing = things[number % len(things)]
        if isinstance(thing, str):
            self.choose(thing)
        else:
            self.send(thing, quantity, code)

    def choose(self, address: str) -> None:
        answer = self.visitor.get(address, headers=HTMX)
        self.address = address  # hx-push-url
        self.swap(answer)
        self.compare(self.visitor.get(self.address))

    def send(self, form: dom.Form, quantity: str, code: str = "") -> None:
        data = form.filled(quantity=quantity) if "quantity" in form.fields else form.fields
        if form.action.endswith("/cart/coupon/"):
            data = form.filled(code=code)
        answer = self.visitor.post(form.action, data, headers=HTMX)
        self.swap(answer)
        if answer.status_code == 422:
            # It has changed nothing, so the same words, sent natively, are refused alike. Only the
            # addresses of the other language differ: the window has not moved.
            self.compare(self.visitor.post(form.action, data), moved=True)
        else:
            self.compare(self.visitor.get(self.address))

    def swap(self, answer) -> None:
        self.page = dom.swapped(self.page, answer.content.decode())

    def compare(self, answer, moved: bool = False) -> None:
        assert answer.status_code in {200, 422}
        reloaded = parse(answer.content.decode())
        here = parse(dom.lxml.html.tostring(self.page, encoding="unicode"))
        if moved:
            for page in (reloaded, here):
                for link in page.xpath("//a[@hreflang]"):
                    link.set("href", "…")
        assert dom.outline(here) == dom.outline(reloaded)


@pytest.fixture
def shelf(demo):
    """With codes that replace one of the demo's, or ask for more than anybody has."""
    factories.coupon("SPRING", off=300)
    factories.coupon("SUMMER", minimum=10**8)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    to=st.sampled_from(["", "/zh-hant"]),
    known=st.booleans(),
    actions=st.lists(ACTIONS, min_size=1, max_size=10),
)
@pytest.mark.whole
def test_the_page_after_a_swap_is_the_page_after_a_reload(shelf, to, known, actions):
    window = Window(to, kinds.shopper() if known else None)
    for what, which, quantity, code in actions:
        if what == "go":
            window.go(which)
        else:
            window.use(which, quantity, code)


def test_the_comparison_sees_a_difference(demo):
    """Control: a swap that forgets the badge is noticed."""
    window = Window()
    window.send(dom.form(window.page, "/cart/add/"), "1")
    (badge,) = window.page.xpath("//*[@id='cart-badge']")
    badge.text_content()
    badge.clear()
    try:
        window.compare(window.visitor.get(window.address))
    except AssertionError:
        return
    raise RuntimeError("the difference was not seen")


def test_the_language_link_follows_a_choice(demo):
    window = Window()
    window.go("/p/candle/")
    window.choose("/p/candle/?v=CA-AMB-300")
    (link,) = window.page.xpath("//a[@hreflang]/@href")
    assert urlsplit(link).query == "v=CA-AMB-300"
