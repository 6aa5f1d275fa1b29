"""The three steps of the checkout, by plain forms."""

import re
from html import unescape
from itertools import product

import pytest

import factories
from catalog.models import TaxClass, Variant
from checkout.checkout import Checkout
from checkout.forms import AddressForm
from members import address
from orders.models import DeliveryMethod, Order
from shopping import Shopper, leads_to
from web.sessions import SessionStore

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STEPS = ["/checkout/", "/checkout/delivery/", "/checkout/review/"]


@pytest.fixture
def variant():
    return factories.variant(price=2400, stock=10)


@pytest.fixture
def post():
    return factories.delivery(price=495, countries=["GB"])


@pytest.fixture
def shopper(client):
    return Shopper(client)


def value(page, name):
    """What the field `name` holds, typed or chosen."""
    area = re.search(rf'<textarea[^>]*name="{name}".*?>(.*?)</textarea>', page, re.DOTALL)
    if area:
        return unescape(area[1]).strip()
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    if select:
        chosen = re.search(r'<option value="([^"]*)" selected>', select[0])
        return chosen[1] if chosen else ""
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    held = re.search(r'value="([^"]*)"', field[0])
    return unescape(held[1]) if held else ""


def summary(page):
    """The problems above the heading: (id, words)."""
    found = re.findall(r'<li><a href="#([^"]+)">([^<]*)</a></li>', page)
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert {field for field, _words in found} <= ids, "a problem leads nowhere"
    return [(field, unescape(words)) for field, words in found]


class TestOrderOfSteps:
    @pytest.mark.parametrize("prefix", ["", "/zh-hant"])
    @pytest.mark.parametrize("step", STEPS)
    def test_an_empty_cart_leads_back_to_the_cart(self, client, prefix, step):
        shopper = Shopper(client, prefix)
        assert leads_to(shopper.get(step)) == f"{prefix}/cart/"
        answer = shopper.post(step, **factories.details())
        assert leads_to(answer) == f"{prefix}/cart/"

    def test_a_cart_of_what_cannot_be_bought_leads_back_to_the_cart(self, shopper, variant):
        shopper.add(variant)
        Variant.objects.update(active=False)
        assert [leads_to(shopper.get(step)) for step in STEPS] == ["/cart/"] * 3

    def test_without_an_address_there_is_no_second_step(self, shopper, variant, post):
        shopper.add(variant)
        assert [leads_to(shopper.get(step)) for step in STEPS[1:]] == ["/checkout/"] * 2
        assert leads_to(shopper.choose(post)) == "/checkout/"
        assert leads_to(shopper.place(token="x", quote="x")) == "/checkout/"

    def test_without_a_delivery_there_is_no_third_step(self, shopper, variant, post):
        shopper.add(variant)
        assert leads_to(shopper.tell()) == "/checkout/delivery/"
        assert leads_to(shopper.get("/checkout/review/")) == "/checkout/delivery/"
        assert leads_to(shopper.choose(post)) == "/checkout/review/"
        assert shopper.get("/checkout/review/").status_code == 200

    def test_a_delivery_that_is_no_longer_offered_is_chosen_again(self, shopper, variant, post):
        shopper.prepare(variant, method=post)
        DeliveryMethod.objects.update(active=False)
        assert leads_to(shopper.get("/checkout/review/")) == "/checkout/delivery/"

    def test_a_new_country_asks_for_the_delivery_again(self, shopper, variant, post):
        abroad = factories.delivery(countries=["IE"])
        shopper.prepare(variant, method=post)
        shopper.tell(country_code="IE", city="Dublin", postal_code="", country_area="Co. Dublin")
        assert leads_to(shopper.get("/checkout/review/")) == "/checkout/delivery/"
        assert shopper.choose(post).status_code == 422
        assert leads_to(shopper.choose(abroad)) == "/checkout/review/"

    @pytest.mark.parametrize("step", STEPS)
    def test_no_step_is_kept_by_a_cache(self, shopper, variant, post, step):
        shopper.prepare(variant, method=post)
        assert shopper.get(step).headers["Cache-Control"] == "private, no-store"

    def test_what_was_told_is_there_again(self, shopper, variant, post):
        shopper.prepare(variant, method=post, phone="020 7946 0000")
        page = shopper.get("/checkout/").text
        for name, words in factories.details(phone="020 7946 0000").items():
            assert value(page, name).lower() == words.lower()  # towns are written in capitals
        assert re.search(rf'value="{post.code}" checked', shopper.get("/checkout/delivery/").text)


class TestAddress:
    GOOD = {
        "GB": {},
        "GB in small letters": {"postal_code": "sw1y 4jh"},
        "IE without a postcode": {"country_code": "IE", "city": "Dublin", "postal_code": ""},
        "IE with an Eircode": {"country_code": "IE", "city": "Dublin", "postal_code": "D02 AF30"},
        "US": {
            "country_code": "US",
            "city": "Albany",
            "country_area": "NY",
            "postal_code": "12207",
        },
        "JP": {
            "country_code": "JP",
            "city": "",
            "country_area": "東京都",
            "street_address": "千代田1-1",
            "postal_code": "100-0001",
        },
        "HK without a postcode": {
            "country_code": "HK",
            "city": "Central",
            "country_area": "Hong Kong Island",
            "postal_code": "",
        },
        "DE": {"country_code": "DE", "city": "Köln", "postal_code": "50667"},
    }
    BAD = {
        "no email": ({"email": ""}, "id_email"),
        "a broken email": ({"email": "ada@"}, "id_email"),
        "two emails": ({"email": "a@example.com, b@example.com"}, "id_email"),
        "a header in the email": ({"email": "a@example.com\nBcc: b@example.com"}, "id_email"),
        "no name": ({"name": "  "}, "id_name"),
        "no street": ({"street_address": ""}, "id_street_address"),
        "no town": ({"city": ""}, "id_city"),
        "no postcode": ({"postal_code": ""}, "id_postal_code"),
        "a wrong postcode": ({"postal_code": "12345"}, "id_postal_code"),
        "no country": ({"country_code": ""}, "id_country_code"),
        "an unknown country": ({"country_code": "XX"}, "id_country_code"),
        "a name without end": ({"name": "x" * 201}, "id_name"),
        "a zero byte": ({"street_address": "12\x00 Square"}, "id_street_address"),
        "no state": (GOOD["US"] | {"country_area": ""}, "id_country_area"),
        "no such state": (GOOD["US"] | {"country_area": "ZZ"}, "id_country_area"),
        "a ZIP code of another state": (GOOD["US"] | {"postal_code": "90210"}, "id_postal_code"),
        "no prefecture": (GOOD["JP"] | {"country_area": ""}, "id_country_area"),
        "a wrong Eircode": (GOOD["IE with an Eircode"] | {"postal_code": "1"}, "id_postal_code"),
    }

    @pytest.mark.parametrize("where", GOOD)
    def test_a_good_one_is_taken(self, shopper, variant, where):
        shopper.add(variant)
        answer = shopper.tell(**self.GOOD[where])
        assert leads_to(answer) == "/checkout/delivery/", summary(answer.text)

    @pytest.mark.parametrize("what", BAD)
    def test_a_bad_one_is_told_and_kept_as_typed(self, shopper, variant, what):
        shopper.add(variant)
        changes, field = self.BAD[what]
        typed = factories.details(**changes)
        answer = shopper.post("/checkout/", **typed)
        assert answer.status_code == 422
        assert [problem for problem, _words in summary(answer.text)] == [field]
        name = field.removeprefix("id_")
        control = re.search(rf'<(?:input|select|textarea)[^>]*id="{field}"[^>]*>', answer.text)[0]
        assert 'aria-invalid="true"' in control
        assert f'{field}_error"' in control
        for other, words in typed.items():
            if "<select" not in control or other not in {name, "country_code", "city"}:
                assert value(answer.text, other).strip() == words.strip()
        assert "checkout" not in dict(shopper.client.session)

    def test_the_words_say_what_is_expected(self, shopper, variant):
        shopper.add(variant)
        [(_field, words)] = summary(shopper.tell(postal_code="12345").text)
        assert re.fullmatch(r"Enter a Postcode like [A-Z0-9 ]+\.", words)
        [(_field, words)] = summary(shopper.tell(city="").text)
        assert words == "Fill in: Town or city."

    @pytest.mark.parametrize("prefix", ["", "/zh-hant"])
    def test_areas_of_taiwan_are_chosen_in_both_languages(self, client, variant, prefix):
        shopper = Shopper(client, prefix)
        shopper.add(variant)
        there = {"country_code": "TW", "postal_code": "106", "street_address": "永康街12巷30號"}
        page = shopper.tell(**there, **{"show-fields": "1"}).text
        select = re.search(r'<select[^>]*name="country_area".*?</select>', page, re.DOTALL)[0]
        areas = dict(re.findall(r'<option value="([^"]+)">([^<]+)</option>', select))
        assert len(areas) >= 22
        assert areas["Taipei City" if "Taipei City" in areas else "台北市"] == (
            "台北市" if prefix else "Taipei City"
        )
        code = next(code for code, name in areas.items() if name in {"台北市", "Taipei City"})
        city = {"city": "大安區"}
        answer = shopper.tell(**there, **city, country_area=code)
        if answer.status_code == 422:  # the data knows the districts too
            assert [f for f, _words in summary(answer.text)] == ["id_city"]
        else:
            assert leads_to(answer) == f"{prefix}/checkout/delivery/"

    def test_another_country_shows_its_fields_and_keeps_what_was_typed(self, shopper, variant):
        shopper.add(variant)
        typed = {"country_code": "US", "street_address": "1 Main <St>", "email": "not yet"}
        answer = shopper.tell(**typed, **{"show-fields": "1"})
        assert answer.status_code == 200
        assert summary(answer.text) == []
        for name in ("street_address", "email", "country_code"):
            assert value(answer.text, name) == typed[name]
        assert value(answer.text, "name") == "Ada Byron"
        assert value(answer.text, "city") == "London"
        assert 'name="country_area"' in answer.text
        assert "ZIP code" in answer.text
        assert "checkout" not in dict(shopper.client.session)

    def test_another_country_without_asking_for_its_fields_tells_what_lacks(self, shopper, variant):
        shopper.add(variant)
        answer = shopper.tell(country_code="US", postal_code="12207")
        assert answer.status_code == 422
        assert [field for field, _words in summary(answer.text)] == ["id_country_area"]
        assert value(answer.text, "street_address") == factories.ADDRESS["street_address"]

    def test_what_was_typed_is_escaped(self, shopper, variant, post):
        evil = '"><script>alert(1)</script>'
        shopper.add(variant)
        pages = shopper.tell(name=evil, street_address=evil, city="").text
        shopper.tell(name=evil, street_address=evil)
        shopper.choose(post)
        pages += shopper.get("/checkout/review/").text
        assert "<script>alert" not in pages

    def test_every_country_has_a_form_that_answers(self):
        """Empty or filled with nonsense, it is an address or says what is wrong with it."""
        countries = [code for code, _name in address.countries("en")]
        assert len(countries) > 200
        for country, typed in product(countries, ("", "?")):
            fields = dict.fromkeys([*address.fields(country), "email"], typed)
            form = AddressForm(country, fields | {"country_code": country})
            assert not form.is_valid()
            assert form.problems
            # A view may count on the address where nothing is said of its parts.
            faulty = {"country_code", *form.parts} & set(form.errors)
            assert faulty or "address" in form.cleaned_data


class TestDelivery:
    def offered(self, page):
        return re.findall(r'name="method"[^>]*value="([^"]+)"', page)

    def test_each_country_has_its_own_methods(self, shopper, variant):
        home = factories.delivery(countries=["GB"])
        both = factories.delivery(countries=["GB", "IE"])
        world = factories.delivery(countries=[])
        factories.delivery(countries=["GB"], active=False)
        shopper.add(variant)
        shopper.tell()
        assert self.offered(shopper.get("/checkout/delivery/").text) == [home.code, both.code]
        assert shopper.choose(world).status_code == 422
        shopper.tell(country_code="DE", postal_code="50667", city="Köln")
        assert self.offered(shopper.get("/checkout/delivery/").text) == [world.code]
        assert shopper.choose(home).status_code == 422

    def test_a_country_without_methods_is_told(self, shopper, variant, post):
        shopper.add(variant)
        shopper.tell(country_code="DE", postal_code="50667", city="Köln")
        page = shopper.get("/checkout/delivery/")
        assert page.status_code == 200
        assert "We cannot send to this country yet." in page.text

    @pytest.mark.parametrize("code", ["", "nonsense", "\x00"])
    def test_none_or_an_unknown_one_is_told(self, shopper, variant, post, code):
        shopper.add(variant)
        shopper.tell()
        answer = shopper.post("/checkout/delivery/", method=code)
        assert answer.status_code == 422
        assert len(summary(answer.text)) == 1

    @pytest.mark.parametrize(("quantity", "cost"), [(2, 495), (3, 0), (4, 0)])
    def test_it_is_free_from_a_sum_on(self, shopper, quantity, cost):
        method = factories.delivery(price=495, free_from=7200)
        shopper.prepare(factories.variant(price=2400), quantity=quantity, method=method)
        delivery, review = (shopper.get(step).text for step in STEPS[1:])
        price = "£4.95" if cost else "free"
        assert f'<span class="price">{price}</span>' in delivery
        assert f'<span class="price">{price}</span>' in review
        total = (2400 * quantity + cost) / 100
        assert f'<strong class="price">£{total:.2f}</strong>' in review
        shopper.place()
        assert Order.objects.get().delivery_price == cost


class TestReview:
    def test_it_shows_everything_and_the_tax_within(self, shopper, variant, post):
        zero = factories.variant(factories.product(rate=0), price=999)
        shopper.prepare(variant, zero, method=post, quantity=2)
        page = unescape(shopper.get("/checkout/review/").text)
        for words in ("Ada Byron", "12 St James's Square", "SW1Y 4JH", "ada@example.com"):
            assert words in page
        assert "United Kingdom" in page
        assert '<strong class="price">£72.93</strong>' in page  # 48.00 + 19.98 + 4.95
        assert "£8.83" in page  # 8.00 in the cups, 0.83 in the delivery (82.5 pence, rounded up)

    def test_what_stays_in_the_cart_is_told(self, shopper, variant, post):
        apart = factories.variant()
        shopper.prepare(variant, apart, method=post)
        Variant.objects.filter(pk=apart.pk).update(stock=0)
        page = shopper.get("/checkout/review/").text
        assert "They stay in the cart." in page
        assert apart.product.name_en not in page.split('id="checkout-review"')[1].split("</ul>")[0]
        shopper.place()
        assert dict(shopper.client.session)["cart"] == {str(apart.pk): {"quantity": 1}}
        assert [line.sku for line in Order.objects.get().lines.all()] == [variant.sku]


def change_price(variant, post):
    Variant.objects.filter(pk=variant.pk).update(price=2500)


def change_price_down(variant, post):
    Variant.objects.filter(pk=variant.pk).update(price=100)


def change_delivery(variant, post):
    DeliveryMethod.objects.filter(pk=post.pk).update(price=595)


def change_tax(variant, post):
    TaxClass.objects.filter(product=variant.product).update(rate=500)


class TestWhatTheShopperSaw:
    @pytest.mark.parametrize(
        "change", [change_price, change_price_down, change_delivery, change_tax]
    )
    def test_a_change_since_is_told_and_places_nothing(self, shopper, variant, post, change):
        shopper.prepare(variant, method=post, quantity=2)
        seen = shopper.agree()
        change(variant, post)
        answer = shopper.place(**seen)
        assert answer.status_code == 422
        assert "Something has changed since you last looked." in answer.text
        assert summary(answer.text)[0][0] == "checkout-review"
        assert not Order.objects.exists()
        variant.refresh_from_db()
        assert variant.stock == 10
        assert dict(shopper.client.session)["cart"] == {str(variant.pk): {"quantity": 2}}
        assert shopper.place().status_code == 303  # having seen it
        assert Order.objects.count() == 1

    def test_a_cart_changed_in_another_window_is_told(self, shopper, variant, post):
        shopper.prepare(variant, method=post)
        seen = shopper.agree()
        shopper.add(variant)
        assert shopper.place(**seen).status_code == 422
        assert not Order.objects.exists()

    @pytest.mark.parametrize("digest", [None, "", "garbage", "\x00", "é"])
    def test_an_order_without_the_quote_is_not_placed(self, shopper, variant, post, digest):
        shopper.prepare(variant, method=post)
        fields = {"token": shopper.agree()["token"]} | ({"quote": digest} if digest else {})
        assert shopper.place(**fields).status_code == 422
        assert not Order.objects.exists()

    @pytest.mark.parametrize("token", [None, "", "garbage", "x" * 5000, "\x00", "é"])
    def test_an_order_without_its_token_is_not_placed(self, shopper, variant, post, token):
        shopper.prepare(variant, method=post)
        fields = {"quote": shopper.agree()["quote"]} | ({"token": token} if token else {})
        assert leads_to(shopper.place(**fields)) == "/checkout/review/"
        assert not Order.objects.exists()

    def test_posted_sums_are_ignored(self, shopper, variant, post):
        shopper.prepare(variant, method=post)
        forged = {
            "total": "1",
            "price": "1",
            "goods": "1",
            "currency": "JPY",
            "delivery_price": "0",
        }
        assert shopper.place(**shopper.agree(), **forged).status_code == 303
        order = Order.objects.get()
        assert (order.goods, order.delivery_price, order.total) == (2400, 495, 2895)
        assert order.currency == "GBP"

    def test_a_cart_emptied_in_another_window_leads_to_the_cart(self, shopper, variant, post):
        shopper.prepare(variant, method=post)
        seen = shopper.agree()
        shopper.post(f"/cart/lines/{variant.pk}/remove/")
        assert leads_to(shopper.place(**seen)) == "/cart/"
        assert not Order.objects.exists()

    def test_the_next_order_starts_with_the_same_person_and_a_new_token(
        self, shopper, variant, post
    ):
        shopper.prepare(variant, method=post)
        first = shopper.agree()["token"]
        shopper.place()
        shopper.add(variant)
        assert value(shopper.get("/checkout/").text, "email") == "ada@example.com"
        shopper.tell()
        shopper.choose(post)
        assert shopper.agree()["token"] != first
        shopper.place()
        assert Order.objects.count() == 2

    def test_an_answer_told_in_another_window_does_not_bring_the_used_token_back(
        self, shopper, client, variant, post
    ):
        shopper.prepare(variant, method=post)
        form = shopper.agree()
        late = SessionStore(client.cookies["sessionid"].value)
        assert late["checkout"]["token"] == form["token"]
        shopper.place(**form)
        Checkout(late).tell(phone="020 7946 0000")
        told = client.session["checkout"]
        assert told["phone"] == "020 7946 0000"
        assert told["token"] != form["token"]

    def test_an_answer_of_a_session_that_has_gone_is_dropped(self, shopper, client, variant, post):
        shopper.prepare(variant, method=post)
        late = SessionStore(client.cookies["sessionid"].value)
        assert late["checkout"]
        client.session.flush()
        Checkout(late).tell(phone="020 7946 0000")
        assert not late.exists(client.cookies["sessionid"].value)

    def test_a_used_token_leads_to_its_order_and_then_another_can_be_placed(
        self, shopper, client, variant, post
    ):
        shopper.prepare(variant, method=post)
        form = shopper.agree()
        first = leads_to(shopper.place(**form))
        shopper.prepare(variant, method=post)
        session = client.session  # as an older copy of it would have left it
        session["checkout"] = session["checkout"] | {"token": form["token"]}
        session.save()
        assert leads_to(shopper.place(**form)) == first
        assert Order.objects.count() == 1
        assert client.session["checkout"]["token"] != form["token"]
        assert shopper.choose(post).status_code == 303
        assert leads_to(shopper.place()) != first
        assert Order.objects.count() == 2
