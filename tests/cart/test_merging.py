"""Two carts at sign-in: what needs no question, the page that asks, and the way back."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import factories
from cart.keepers import Kept, Member
from catalog.models import Variant
from dom import form, parse
from members.models import User
from shopping import Shopper
from visiting import EMAIL, PASSWORD, Visitor, code_of, mailed_code, member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAGE = "/cart/merge/"


@pytest.fixture
def cup():
    return factories.variant(price=1000, stock=10)


@pytest.fixture
def pot():
    return factories.variant(price=5000, stock=10)


@pytest.fixture
def ada():
    return member()


def kept(user=None):
    return Member(None, (user or User.objects.get(email=EMAIL)).pk).read()


def device(visitor):
    """The cart that waits in this device's session."""
    session = dict(visitor.client.session)
    lines = {int(pk): entry["quantity"] for pk, entry in session.get("cart", {}).items()}
    return Kept(lines, session.get("coupons", []))


def guest(*lines, codes=(), to=""):
    """Somebody who has put (variant, quantity) pairs into the cart and not signed in."""
    visitor = Visitor(to)
    shopper = Shopper(visitor.client)
    for variant, quantity in lines:
        assert shopper.add(variant, quantity).status_code == 303
    for code in codes:
        assert shopper.use(code).status_code == 303
    return visitor


def account(user, *lines, codes=()):
    """Fill a member's cart on another device."""
    client = Client()
    client.force_login(user)
    shopper = Shopper(client)
    for variant, quantity in lines:
        assert shopper.add(variant, quantity).status_code == 303
    for code in codes:
        assert shopper.use(code).status_code == 303
    return shopper


def asked(visitor, cup, pot, ada):
    """Two cups here, a cup and a pot in the account; signed in."""
    account(ada, (cup, 1), (pot, 1))
    return visitor.sign_in()


@pytest.fixture
def both(cup, pot, ada):
    """A device at the page that asks."""
    visitor = guest((cup, 2))
    answer = asked(visitor, cup, pot, ada)
    assert answer.request["PATH_INFO"] == PAGE
    return visitor


def fields(answer):
    return dict(form(parse(answer.text), PAGE).fields)


def choose(visitor, choice, answer=None, **more):
    """Send the page's form; follow where it leads."""
    answer = answer or visitor.client.get(PAGE)
    page = parse(answer.text)
    given = {
        name: [
            each.get("value")
            for each in page.xpath("//form[@class='merge']//input[@name=$n]", n=name)
        ]
        for name in ("next", "seen", "was", "shown", "line")
    }
    return visitor.client.post(PAGE, given | {"choice": choice} | more, follow=True)


def undo(visitor, **more):
    return visitor.client.post("/cart/merge/undo/", more, follow=True)


def sums(answer):
    """By choice, the count and the total that the page shows."""
    found = {}
    for radio in parse(answer.text).xpath("//input[@name='choice']"):
        label = radio.getnext()
        words = " ".join(label.text_content().split())
        n, total = re.search(r"(\d+) items?, £([\d,.]+)", words).groups()
        found[radio.get("value")] = int(n), round(float(total.replace(",", "")) * 100)
    return found


def words(answer, element="main"):
    return " ".join(parse(answer.text).xpath(f"//{element}")[0].text_content().split())


class TestWithoutAQuestion:
    def test_a_guests_cart_becomes_the_members(self, cup, ada):
        code = factories.coupon()
        visitor = guest((cup, 2), codes=[code])
        answer = visitor.sign_in()
        assert answer.request["PATH_INFO"] == "/account/"
        assert kept() == Kept({cup.pk: 2}, [code.code])
        assert not device(visitor)

    def test_the_members_cart_stays_where_the_device_has_none(self, cup, ada):
        account(ada, (cup, 2))
        assert guest().sign_in().request["PATH_INFO"] == "/account/"
        assert kept() == Kept({cup.pk: 2})

    def test_the_same_in_both_is_one(self, cup, pot, ada):
        account(ada, (pot, 1), (cup, 2))
        visitor = guest((cup, 2), (pot, 1))
        assert visitor.sign_in().request["PATH_INFO"] == "/account/"
        assert kept() == Kept({cup.pk: 2, pot.pk: 1}) and not device(visitor)

    def test_who_signs_in_on_the_way_to_the_checkout_goes_on(self, cup, ada):
        visitor, method = guest((cup, 2)), factories.delivery()
        shopper = Shopper(visitor.client)
        shopper.tell(email=EMAIL)
        shopper.choose(method)
        agreed = shopper.agree()
        visitor.sign_in()
        assert shopper.place(**agreed).status_code == 303
        assert not kept()


def by_password(visitor):
    visitor.sign_in()


def by_mailed_code(visitor):
    visitor.fill(visitor.send("login/code/", email=EMAIL), code=mailed_code())


def by_a_new_password(visitor):
    answer = visitor.fill(visitor.send("password/reset/", email=EMAIL), code=mailed_code())
    visitor.fill(answer, password1="another cup of tea")


def by_a_second_step(visitor):
    secret = generate_totp_secret()
    TOTP.activate(User.objects.get(email=EMAIL), secret)
    visitor.fill(visitor.sign_in(), code=code_of(secret))


def by_the_admin(visitor):
    visitor.client.get("/admin/login/")
    fields = {"username": EMAIL, "password": PASSWORD, "next": "/admin/"}
    visitor.client.post("/admin/login/", fields)


WAYS = [by_password, by_mailed_code, by_a_new_password, by_a_second_step, by_the_admin]


@pytest.mark.parametrize("way", WAYS)
class TestEveryWayIn:
    @pytest.fixture(autouse=True)
    def _staff(self, ada):
        User.objects.update(is_staff=True, is_superuser=True)

    def test_brings_the_cart_along_under_a_new_key(self, way, cup):
        visitor = guest((cup, 2))
        before = visitor.client.session.session_key
        way(visitor)
        assert visitor.signed_in and kept() == Kept({cup.pk: 2})
        assert visitor.client.session.session_key != before
        assert not Session.objects.filter(pk=before).exists()

    def test_loses_neither_cart(self, way, cup, pot, ada):
        account(ada, (pot, 1))
        visitor = guest((cup, 2))
        way(visitor)
        assert kept() == Kept({pot.pk: 1}) and device(visitor) == Kept({cup.pk: 2})
        page = visitor.client.get("/cart/")
        assert "This device’s cart with 2 items waits." in words(page)
        assert sums(visitor.client.get(PAGE))["combine"] == (3, 7000)


def test_a_new_account_has_the_cart_of_who_opened_it(cup):
    visitor = guest((cup, 2))
    visitor.join()
    assert visitor.signed_in and kept() == Kept({cup.pk: 2})


class TestThePage:
    def test_shows_each_choice_with_its_count_and_total_before_it_is_made(self, both):
        answer = both.client.get(PAGE)
        page = words(answer)
        assert sums(answer) == {
            "combine": (4, 8000),
            "device": (2, 2000),
            "account": (2, 6000),
            "choose": (4, 8000),
        }
        assert "This device 2, your account 1: together 3." in page
        assert "Until you choose, your account’s cart is in use" in page
        (chosen,) = parse(answer.text).xpath("//input[@name='choice'][@checked]/@value")
        assert chosen == "combine"

    def test_nothing_changes_by_looking(self, both, cup, pot):
        for _ in range(2):
            both.client.get(PAGE)
        assert kept() == Kept({cup.pk: 1, pot.pk: 1}) and device(both) == Kept({cup.pk: 2})

    def test_the_accounts_cart_is_in_use_and_every_personal_page_says_so(self, both, cup):
        for address in ("/cart/", "/account/", cup.get_absolute_url(), "/checkout/"):
            answer = both.client.get(address)
            assert "Your account’s cart is in use." in words(answer), address
        assert "Your account’s cart is in use." not in both.client.get("/").text
        assert '<span class="count">2</span>' in both.client.get("/cart/").text

    @pytest.mark.parametrize("there", ["/checkout/", "/zh-hant/cart/", "/account/email/"])
    def test_leads_on_to_where_the_shopper_was_going(self, cup, pot, ada, there):
        account(ada, (pot, 1))
        visitor = guest((cup, 2))
        answer = visitor.client.get(visitor.at("login/"), {"next": there})
        answer = visitor.fill(answer, login=EMAIL, password=PASSWORD)
        assert answer.request["PATH_INFO"] == PAGE
        assert f'href="{there}">Choose later' in answer.text
        assert choose(visitor, "combine", answer).request["PATH_INFO"] == there

    @pytest.mark.parametrize(
        "there", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:a()"]
    )
    def test_leads_to_no_other_site(self, both, there):
        answer = both.client.get(PAGE, {"next": there})
        page = parse(answer.text)
        assert fields(answer)["next"] == "/cart/"
        assert not page.xpath("//main//a[contains(@href, $there)]", there=there)
        done = both.client.post(PAGE, fields(answer) | {"next": there, "choice": "account"})
        assert done["Location"] == "/cart/"

    def test_who_has_nothing_to_choose_is_led_on(self, cup, ada):
        assert Client().get(PAGE)["Location"] == "/cart/"
        visitor = guest((cup, 1))
        assert visitor.client.get(PAGE)["Location"] == "/cart/"
        visitor.sign_in()
        assert visitor.client.get(PAGE, {"next": "/account/"})["Location"] == "/account/"

    def test_costs_the_same_however_much_is_in_the_carts(self, both):
        def cost():
            with CaptureQueriesContext(connection) as found:
                both.client.get(PAGE)
                return len(found)

        few = cost()
        for _ in range(3):
            Shopper(both.client).add(factories.variant())
        both.client.get("/cart/")
        assert cost() == few


class TestChoosing:
    def test_both_together(self, both, cup, pot):
        answer = choose(both, "combine")
        assert kept() == Kept({cup.pk: 3, pot.pk: 1}) and not device(both)
        assert "Both carts are one now. Cart has 4 items, total £80.00." in words(answer)

    def test_this_devices(self, both, cup):
        answer = choose(both, "device")
        assert kept() == Kept({cup.pk: 2}) and not device(both)
        assert "Your account now has this device’s cart." in words(answer)

    def test_the_accounts(self, both, cup, pot):
        choose(both, "account")
        assert kept() == Kept({cup.pk: 1, pot.pk: 1}) and not device(both)

    def test_line_by_line_shows_the_sum_of_the_ticks_before_it_is_taken(self, both, cup, pot):
        before = kept()
        answer = choose(both, "choose", line=[cup.pk])
        assert answer.status_code == 200 and kept() == before
        assert sums(answer)["choose"] == (3, 3000)
        ticked = parse(answer.text).xpath("//input[@name='line'][@checked]/@value")
        assert ticked == [str(cup.pk)]
        choose(both, "choose", answer, line=[cup.pk])
        assert kept() == Kept({cup.pk: 3})

    def test_the_sum_of_ticks_is_worked_out_without_choosing(self, both, pot):
        before = kept()
        answer = choose(both, "combine", line=[pot.pk], show="1")
        assert answer.status_code == 200 and kept() == before
        assert sums(answer)["choose"] == (1, 5000)

    def test_nothing_ticked_is_no_cart(self, both):
        answer = choose(both, "choose", line=[], shown=[])
        assert answer.status_code == 422
        assert "Tick at least one line." in words(answer) and device(both)

    @pytest.mark.parametrize("choice", ["", "everything", "\0"])
    def test_what_is_no_choice_is_refused_in_words(self, both, choice):
        before = kept()
        answer = choose(both, choice)
        assert answer.status_code == 422
        assert "Choose one of these carts." in words(answer)
        assert kept() == before and device(both)

    @pytest.mark.parametrize("typed", ["x", "9" * 40, "-1", "²", ""])
    def test_made_up_fields_are_no_error(self, both, typed):
        answer = choose(
            both, "choose", line=[typed], shown=[typed], was=[typed, f"combine:{typed}:1"]
        )
        assert answer.status_code == 422 and device(both)


class TestTogether:
    def test_what_is_more_than_a_line_may_have_is_said_before_and_after(self, ada):
        cup, most = factories.variant(stock=None), settings.CART_MAX_QUANTITY
        account(ada, (cup, 15))
        visitor = guest((cup, 12))
        answer = visitor.sign_in()
        assert "This device 12, your account 15: together 20. At most 20 of one kind." in words(
            answer
        )
        assert "At most 20 of one kind." in words(choose(visitor, "combine", answer))
        assert kept() == Kept({cup.pk: most})

    def test_what_is_more_than_the_shop_has_is_said(self, ada):
        cup = factories.variant(stock=5)
        account(ada, (cup, 4))
        visitor = guest((cup, 3))
        answer = visitor.sign_in()
        assert "together 5. Only 5 left." in words(answer)
        choose(visitor, "combine", answer)
        assert kept() == Kept({cup.pk: 5})

    @pytest.mark.parametrize("meanwhile", [{"stock": 0}, {"stock": 1}, {"active": False}])
    def test_it_is_never_less_than_either_held(self, cup, pot, ada, meanwhile):
        account(ada, (cup, 4))
        visitor = guest((cup, 3), (pot, 1))
        Variant.objects.filter(pk=cup.pk).update(**meanwhile)
        choose(visitor, "combine", visitor.sign_in())
        together = 7 if "active" in meanwhile else 4
        assert kept() == Kept({cup.pk: together, pot.pk: 1})

    def test_what_the_shop_deleted_is_kept_and_said(self, cup, pot, ada):
        account(ada, (pot, 1))
        visitor = guest((cup, 3))
        pk = cup.pk
        cup.delete()
        answer = visitor.sign_in()
        assert "No longer in the shop." in words(answer)
        choose(visitor, "combine", answer)
        assert kept() == Kept({pot.pk: 1, pk: 3})

    def test_more_lines_than_a_cart_takes_are_no_loss(self, ada, settings):
        settings.CART_MAX_LINES = 2
        account(ada, (factories.variant(), 1), (factories.variant(), 1))
        visitor = guest((factories.variant(), 1), (factories.variant(), 1))
        choose(visitor, "combine", visitor.sign_in())
        assert len(kept().lines) == 4

    def test_codes_are_one_of_a_kind_and_the_accounts_come_first(self, cup, pot, ada):
        mine = factories.coupon("MINE", off=100)
        rival, other = factories.coupon("RIVAL", off=200), factories.coupon("POST", kind="delivery")
        account(ada, (pot, 1), codes=[mine])
        visitor = guest((cup, 1), codes=[rival, other])
        answer = visitor.sign_in()
        assert "Without this device’s code RIVAL" in words(answer)
        assert sums(answer) == {
            "combine": (2, 5900),
            "device": (1, 800),
            "account": (1, 4900),
            "choose": (2, 5900),
        }
        choose(visitor, "combine", answer)
        assert kept().codes == ["MINE", "POST"]


class TestWhatChangedMeanwhile:
    @pytest.mark.parametrize("meanwhile", ["price", "stock", "cart", "code"])
    def test_is_shown_before_anything_is_done(self, both, cup, pot, ada, meanwhile):
        code = factories.coupon(off=100)
        seen = both.client.get(PAGE)
        match meanwhile:
            case "price":
                Variant.objects.filter(pk=pot.pk).update(price=5500)
            case "stock":
                Variant.objects.filter(pk=cup.pk).update(stock=2)
            case "cart":
                account(ada, (pot, 1))
            case "code":
                account(ada, codes=[code])
        before = kept()
        answer = choose(both, "combine", seen)
        assert answer.status_code == 422
        assert "Something has changed since you last looked." in words(answer)
        assert "Before: 4 items, £80.00." in words(answer)
        assert sums(answer)["combine"] != (4, 8000)
        assert kept() == before and device(both)
        now = sums(answer)["combine"]
        choose(both, "combine", answer)
        assert kept().count == now[0] and not device(both)

    def test_that_shows_nowhere_is_no_matter(self, both, cup):
        seen = both.client.get(PAGE)
        Variant.objects.filter(pk=cup.pk).update(stock=9)
        choose(both, "combine", seen)
        assert not device(both)


class TestOnce:
    def test_two_posts_of_the_form_merge_once(self, both, cup, pot):
        seen = both.client.get(PAGE)
        for choice in ("combine", "combine", "device"):
            assert choose(both, choice, seen).status_code == 200
        assert kept() == Kept({cup.pk: 3, pot.pk: 1})

    def test_signing_in_again_brings_nothing_back(self, both, cup, pot):
        choose(both, "combine")
        both.sign_out()
        assert both.sign_in().request["PATH_INFO"] == "/account/"
        assert kept() == Kept({cup.pk: 3, pot.pk: 1})

    def test_an_old_copy_of_the_device_has_nothing_to_give(self, cup, ada):
        visitor, late = guest((cup, 2)), Visitor()
        late.client.cookies["sessionid"] = visitor.client.cookies["sessionid"].value
        visitor.sign_in()
        late.sign_in()
        assert kept() == Kept({cup.pk: 2})


class TestUndoing:
    @pytest.mark.parametrize("choice", ["combine", "device", "account", "choose"])
    def test_puts_both_back_and_asks_again(self, both, cup, pot, choice):
        code = factories.coupon("MINE", off=100)
        Shopper(both.client).use(code)
        before = kept(), device(both)
        seen = sums(both.client.get(PAGE))
        answer = choose(both, choice)
        assert "Until this cart changes you can undo that" in words(answer)
        answer = undo(both)
        assert answer.request["PATH_INFO"] == PAGE
        assert "Both carts are as they were." in words(answer)
        assert (kept(), device(both)) == before and sums(answer) == seen
        choose(both, "device", answer)
        assert kept() == Kept({cup.pk: 2})

    def test_ends_when_the_cart_changes_on_any_device(self, both, pot, ada):
        answer = choose(both, "combine")
        account(ada, (pot, 1))
        before = kept()
        assert "can undo that" not in words(both.client.get("/cart/"))
        answer = undo(both)
        assert "That cannot be undone any more: the cart has changed since." in words(answer)
        assert kept() == before and not device(both)

    def test_twice_is_once(self, both):
        choose(both, "combine")
        undo(both)
        before = kept(), device(both)
        undo(both)
        assert (kept(), device(both)) == before

    def test_is_offered_until_one_leaves_it_so(self, both, cup):
        choose(both, "combine")
        before = kept()
        for address in ("/account/", cup.get_absolute_url(), "/cart/"):
            assert "can undo that" in words(both.client.get(address))
        assert undo(both, agree="1").request["PATH_INFO"] == "/cart/"
        assert "can undo that" not in words(both.client.get("/cart/"))
        assert kept() == before
        undo(both)
        assert kept() == before

    def test_by_reading_its_address_does_nothing(self, both):
        choose(both, "combine")
        before = kept()
        assert both.client.get("/cart/merge/undo/")["Location"] == "/cart/"
        assert kept() == before and "merged" in both.client.session

    def test_ends_with_the_order(self, both, ada):
        choose(both, "combine")
        shopper, method = Shopper(both.client), factories.delivery()
        shopper.tell(email=EMAIL)
        shopper.choose(method)
        assert shopper.place().status_code == 303
        undo(both)
        assert not kept() and not device(both)


class TestSigningOutUndecided:
    def test_leaves_each_cart_where_it_was(self, both, cup, pot):
        key = both.client.session.session_key
        both.sign_out()
        assert kept() == Kept({cup.pk: 1, pot.pk: 1}) and device(both) == Kept({cup.pk: 2})
        assert both.client.session.session_key != key
        assert EMAIL not in repr(dict(both.client.session))
        assert both.sign_in().request["PATH_INFO"] == PAGE

    def test_after_choosing_leaves_nothing_on_the_device(self, both):
        choose(both, "combine")
        both.sign_out()
        assert not {"cart", "coupons", "merged"} & set(both.client.session.keys())


def test_it_reads_in_chinese(cup, pot, ada):
    account(ada, (pot, 1))
    answer = guest((cup, 2), to="/zh-hant").sign_in()
    assert answer.request["PATH_INFO"] == "/zh-hant" + PAGE
    heading = parse(answer.text).findtext(".//h1")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in heading)
