"""A member's cart: rows that are the same on every device, through the interface of a guest's."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import factories
from cart import personal
from cart.cart import Cart, Refused
from cart.keepers import Kept, Member
from cart.models import CartLine, MemberCart
from coupons.models import Coupon
from dom import HTMX, body, pieces
from orders import flows
from orders.models import Order
from placing import place
from shopping import Shopper, leads_to
from visiting import EMAIL, Visitor, member
from web.sessions import SessionStore

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def ada():
    return factories.user()


@pytest.fixture
def device(ada):
    """`device()` is a browser in which Ada has signed in."""

    def begin():
        client = Client()
        client.force_login(ada)
        return Shopper(client)

    return begin


@pytest.fixture
def cart(ada):
    """As a request has it, on a device of its own."""

    def begin():
        session = SessionStore()
        session.create()
        return Cart(session, ada)

    return begin


def badge(page):
    found = re.search(r'id="cart-badge"[^<]*<span class="count">(\d+)</span>', page.text)
    return int(found[1]) if found else 0


def test_what_one_device_adds_another_shows(device):
    phone, desk, cup = device(), device(), factories.variant()
    assert phone.add(cup, 2).status_code == 303
    assert cup.product.name_en in desk.get("/cart/").text
    desk.post(f"/cart/lines/{cup.pk}/", quantity=3)
    assert badge(phone.get("/")) == badge(phone.get("/cart/")) == 3
    phone.post(f"/cart/lines/{cup.pk}/remove/")
    assert badge(desk.get("/cart/")) == 0


def test_the_session_holds_nothing_of_a_members_cart(device):
    phone = device()
    phone.add(factories.variant())
    phone.use(factories.coupon())
    assert not {"cart", "coupons", "merged"} & set(phone.client.session.keys())
    assert (CartLine.objects.count(), len(MemberCart.objects.get().codes)) == (1, 1)


def test_codes_follow_the_member(device):
    phone, code, cup = device(), factories.coupon(off="50%"), factories.variant(price=2400)
    phone.add(cup)
    phone.use(code)
    desk = device()
    assert code.code in desk.get("/cart/").text and "£12.00" in desk.get("/cart/").text
    desk.post("/cart/coupon/remove/", code=code.code)
    phone.get("/cart/")  # reads what was said before
    assert code.code not in phone.get("/cart/").text


@pytest.mark.parametrize("verb", ["add", "change"])
def test_the_same_is_refused_as_to_a_guest(cart, verb):
    mine, few = cart(), factories.variant(stock=2)
    mine.add(few.pk, 1)
    for quantity in (0, 3, 21):
        with pytest.raises(Refused):
            getattr(mine, verb)(few.pk, quantity)
    assert cart().quantities == {few.pk: 1}


def test_lines_stay_in_the_order_they_were_added(cart):
    mine, variants = cart(), [factories.variant() for _ in range(3)]
    for each in variants:
        mine.add(each.pk, 1)
    mine.change(variants[0].pk, 4)
    assert list(cart().quantities) == [each.pk for each in variants]


def test_what_the_shop_deletes_is_said_and_can_be_removed(device):
    phone, cup, pot = device(), factories.variant(), factories.variant()
    phone.add(cup)
    phone.add(pot)
    pk = cup.pk
    cup.delete()
    page = phone.get("/cart/").text
    assert "No longer in the shop." in page and f"cart-remove-{pk}" in page
    phone.post(f"/cart/lines/{pk}/remove/")
    assert "No longer in the shop." not in phone.get("/cart/").text
    assert CartLine.objects.get().variant == pot


@pytest.mark.parametrize("quantity", [0, 21])
def test_the_database_keeps_the_limits_too(cart, quantity):
    mine, cup = cart(), factories.variant()
    with pytest.raises(IntegrityError), transaction.atomic(), mine.changing() as kept:
        kept.lines[cup.pk] = quantity
    mine.add(cup.pk, 1)
    row = CartLine.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CartLine.objects.create(cart=row.cart, variant=cup, quantity=1)


def test_a_change_keeps_the_other_rows(cart):
    mine, cup, pot = cart(), factories.variant(), factories.variant()
    mine.add(cup.pk, 1)
    before = CartLine.objects.get()
    mine.add(pot.pk, 1)
    mine.change(cup.pk, 5)
    after = CartLine.objects.get(pk=before.pk)
    assert (after.quantity, after.added) == (5, before.added)


def test_a_session_that_was_ended_changes_nothing_any_more(cart):
    late, cup = cart(), factories.variant()
    SessionStore(late.session.session_key).flush()
    with pytest.raises(UpdateError):
        late.add(cup.pk, 1)
    assert not CartLine.objects.exists()


def test_placing_takes_out_what_was_ordered_and_nothing_else(ada, cart):
    desk, phone = cart(), cart()
    cup, pot, gone = factories.variant(), factories.variant(), factories.variant()
    for each in (cup, pot, gone):
        desk.add(each.pk, 2)
    gone.delete()
    code = factories.coupon()
    desk.use(code.code)
    order = place(cart=desk, member=ada)
    assert order.member == ada and order.lines.count() == 2
    assert list(phone.quantities.values()) == [2] and phone.codes == []
    assert [line.problem for line in phone.all_lines] == ["No longer in the shop."]


def test_two_devices_that_checked_out_the_same_cart_place_one_order(device):
    devices, cup, method = [device(), device()], factories.variant(stock=5), factories.delivery()
    devices[0].add(cup)
    for each in devices:
        each.tell(email=EMAIL)
        each.choose(method)
    agreed = [each.agree() for each in devices]
    first, second = (each.place(**form) for each, form in zip(devices, agreed, strict=True))
    assert leads_to(first).startswith("/orders/")
    assert leads_to(second) == "/cart/"
    assert Order.objects.get().member is not None


def test_an_order_that_is_changed_goes_back_into_the_members_cart(ada, cart):
    desk, cup, code = cart(), factories.variant(), factories.coupon()
    desk.add(cup.pk, 2)
    desk.use(code.code)
    order = place(cart=desk, member=ada)
    phone = cart()
    phone.add(cup.pk, 1)
    flows.change(order.pk, phone, ada)
    assert (cart().quantities, cart().codes) == ({cup.pk: 3}, [code.code])


def test_a_member_who_goes_takes_the_cart_along(ada, cart):
    cart().add(factories.variant().pk, 1)
    ada.delete()
    assert not MemberCart.objects.exists() and not CartLine.objects.exists()


def test_what_is_held_of_a_person_is_told_and_erased(ada, cart):
    mine, cup, pot = cart(), factories.variant(), factories.variant()
    mine.add(cup.pk, 2)
    mine.add(pot.pk, 1)
    mine.use(factories.coupon("TEA").code)
    other = factories.user()
    Cart(mine.session, other).add(cup.pk, 1)
    pk = pot.pk
    pot.delete()
    held = personal.held(ada, {ada.email})
    lines = [(row["variant"], row["sku"], row["quantity"]) for row in held["cart lines"]]
    assert lines == [(cup.pk, cup.sku, 2), (pk, None, 1)]
    assert held["cart codes"] == [{"code": "TEA"}]
    personal.erase(ada, {ada.email})
    assert personal.held(ada, {ada.email}) == {"cart lines": [], "cart codes": []}
    assert CartLine.objects.get().cart.member == other
    assert personal.held(None, {ada.email}) == {}
    personal.erase(None, {ada.email})


def queries(visit):
    visit()
    with CaptureQueriesContext(connection) as found:
        visit()
    return [query["sql"] for query in found]


def test_the_badge_costs_a_member_one_query_more_than_a_guest(device):
    guest, ada = Shopper(), device()
    for shopper in (guest, ada):
        shopper.post("/cart/coupon/", code="")
        shopper.client.get("/cart/")
    cart_of_guest = queries(lambda: guest.get("/pages/nothing/"))
    cart_of_ada = queries(lambda: ada.get("/pages/nothing/"))
    of_carts = [sql for sql in cart_of_ada if '"cart_membercart"' in sql]
    assert len(of_carts) == 1
    # and one for who it is; a guest without a cookie has none of them
    assert len(cart_of_ada) - len(cart_of_guest) <= 3
    assert not [sql for sql in queries(lambda: Client().get("/")) if "cart_" in sql]


def test_a_members_cart_costs_the_same_however_much_is_in_it(device):
    ada = device()
    ada.add(factories.variant())
    few = len(queries(lambda: ada.get("/cart/")))
    for _ in range(4):
        ada.add(factories.variant())
    assert len(queries(lambda: ada.get("/cart/"))) == few


def test_every_change_moves_the_turn_so_that_back_shows_no_old_page(device):
    ada, cup = device(), factories.variant()
    changes = [
        lambda: ada.add(cup),
        lambda: ada.post(f"/cart/lines/{cup.pk}/", quantity=3),
        lambda: ada.use(factories.coupon().code),
        lambda: ada.post("/cart/coupon/remove/", code=Coupon.objects.get().code),
        lambda: ada.post(f"/cart/lines/{cup.pk}/remove/"),
    ]
    turns = [change().cookies["turn"].value for change in changes]
    assert len(set(turns)) == len(changes)


def test_looking_at_it_and_what_changes_nothing_set_no_cookie(device):
    ada, cup = device(), factories.variant(stock=3)
    ada.add(cup)
    ada.get("/cart/")  # reads the messages
    for address in ("/cart/", "/", cup.get_absolute_url(), "/account/"):
        assert not ada.get(address).cookies, address
    refused = ada.add(cup, 9)
    assert refused.status_code == 422 and not refused.cookies


def test_the_header_is_drawn_anew_for_a_page_that_back_has_brought(device):
    ada, cup = device(), factories.variant()
    ada.add(cup, 2)
    answer = ada.client.get("/cart/header/", headers=HTMX)
    found = pieces(body(answer))
    assert {name for name in found if name.startswith("cart-")} == {"cart-badge", "cart-mini"}
    assert '<span class="count">2</span>' in found["cart-badge"]
    assert answer["Cache-Control"] == "private, no-store"
    assert leads_to(ada.get("/cart/header/")) == "/cart/"
    assert "count" not in body(Client().get("/cart/header/", headers=HTMX))


class TestSigningOut:
    @pytest.fixture(autouse=True)
    def _account(self):
        self.ada, self.cup = member(), factories.variant()

    def test_the_cart_stays_with_the_account_and_comes_back_on_another_device(self):
        phone = Visitor()
        phone.sign_in()
        Shopper(phone.client).add(self.cup, 2)
        phone.sign_out()
        assert badge(phone.client.get("/cart/")) == 0
        left = repr(dict(phone.client.session))
        assert "cart" not in left and EMAIL not in left and str(self.cup.pk) not in left
        desk = Visitor()
        desk.sign_in()
        assert badge(desk.get("")) == 2

    def test_an_ended_session_shows_no_cart(self):
        phone = Visitor()
        phone.sign_in()
        Shopper(phone.client).add(self.cup, 2)
        self.ada.set_password("another cup of tea")
        self.ada.save()
        assert badge(phone.client.get("/")) == badge(phone.client.get("/cart/")) == 0

    def test_an_expired_session_shows_no_cart(self):
        phone = Visitor()
        phone.sign_in()
        Shopper(phone.client).add(self.cup, 2)
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
        assert badge(phone.client.get("/cart/")) == 0

    def test_a_planted_session_gains_nothing(self):
        attacker, victim = Shopper(), Visitor()
        attacker.add(self.cup)
        planted = attacker.client.cookies["sessionid"].value
        victim.client.cookies["sessionid"] = planted
        victim.sign_in()
        assert victim.signed_in
        mine = victim.client.session.session_key
        assert mine != planted and not Session.objects.filter(pk=planted).exists()
        pot = factories.variant()
        Shopper(victim.client).add(pot, 3)
        assert badge(attacker.get("/cart/")) == 0
        assert EMAIL not in attacker.get("/account/").text
        assert attacker.client.get("/account/").status_code == 302
        attacker.post("/cart/add/?again=1", variant=pot.pk, quantity=5)
        assert attacker.client.cookies["sessionid"].value not in {planted, mine}
        assert Member(None, self.ada.pk).read() == Kept({self.cup.pk: 1, pot.pk: 3})
