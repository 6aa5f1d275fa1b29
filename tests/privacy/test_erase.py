"""A person goes: all of it or nothing. What the accounts need of the orders stays."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.functions import Now
from django.test import Client

import factories
from coupons.models import Redemption
from crashes import Crash, Killed, Process
from dom import parse
from members.models import User
from orders import flows
from orders.models import Attempt, Order, Refund
from outbox.models import Message
from outbox.post import sweep_due
from placing import lapse, pay, place, send
from privacy import making
from privacy.models import Export
from visiting import EMAIL, PASSWORD, Visitor, member
from wishlist.models import Wish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder"), pytest.mark.slow]
NOTE = "left with Ada's neighbour"


def done(**more):
    """An order that is paid and sent."""
    order = pay(place((factories.variant(), 1), **more))
    send(order, tracking="RM 42 GB")
    order.refresh_from_db()
    return order


def erase(user):
    flows.erase(user, flows.addresses(user))


@pytest.fixture
def at_home(ada):
    visitor = Visitor()
    visitor.sign_in()
    visitor.sensitive("erase/")
    return visitor


def words(answer):
    return " ".join(parse(answer.content.decode()).find(".//main").text_content().split())


# The page


def test_from_the_page_to_the_last_mail(at_home, ada, mailoutbox):
    order = done(member=ada)
    said = words(at_home.get("erase/"))
    assert "What goes" in said and "What stays" in said
    assert "for 7 years" in said
    (button,) = parse(at_home.get("erase/").text).xpath("//form[@id='privacy-form']//button")
    assert button.get("class") == "final"  # it does not look like the way on
    answer = at_home.send("erase/", form="privacy-form", sure="1")
    assert answer.request["PATH_INFO"] == "/account/erased/"
    assert "are erased" in words(answer)
    assert not at_home.signed_in and User.objects.count() == 0
    (mail,) = Message.objects.filter(kind="erased")
    assert mail.to == EMAIL and "This is our last mail to you." in mail.text
    sweep_due()
    assert [each.to for each in mailoutbox][-1:] == [[EMAIL]]
    assert Message.objects.count() == 0
    order.refresh_from_db()
    assert (order.email, order.name, order.member) == ("", "", None)


def test_without_the_tick_nothing_happens(at_home, ada):
    answer = at_home.send("erase/", form="privacy-form")
    assert answer.status_code == 422
    assert "Tick the box if you are sure." in words(answer)
    assert 'href="#privacy-sure"' in answer.content.decode()
    assert at_home.signed_in and User.objects.count() == 1


def test_reading_the_page_erases_nobody(at_home, ada):
    at_home.get("erase/?sure=1")
    assert User.objects.count() == 1


def test_who_is_asked_who_they_are_sees_the_page_before_anything_happens(ada):
    visitor = Visitor()
    visitor.sign_in()
    answer = visitor.client.post("/account/erase/", {"sure": "1"}, follow=True)
    assert answer.request["PATH_INFO"] == "/account/reauthenticate/"
    visitor.get("")
    for again in (answer, visitor.client.get("/account/erase/", follow=True)):
        shown = visitor.once_more(again) if "reauth" in again.request["PATH_INFO"] else again
        assert shown.request["PATH_INFO"] == "/account/erase/"
        assert "What goes" in words(shown)
    assert User.objects.count() == 1


def test_no_notice_keeps_the_address_in_the_browser(ada):
    visitor = Visitor()
    visitor.post("login/", login=EMAIL, password=PASSWORD)
    visitor.post("reauthenticate/", password=PASSWORD)
    assert EMAIL in visitor.notices  # no page has shown them yet
    visitor.post("erase/", sure="1")
    assert User.objects.count() == 0 and not visitor.notices


def waiting(ada):
    return place((factories.variant(), 1), member=ada)


def paid(ada):
    return pay(waiting(ada))


def sent_in_part(ada):
    order = pay(place((factories.variant(), 2), member=ada))
    send(order, 1)
    return order


def moving(ada):
    order = waiting(ada)
    order.attempts.update(state=Attempt.State.PENDING)
    return order


def owed(ada):
    order = done(member=ada)
    line = order.lines.get()
    flows.refund(order.pk, {line.pk: 1}, delivery=0, restock=set())
    return order


OPEN = {
    waiting: "It waits for your payment. Pay it or cancel it first.",
    paid: "It is paid and not all of it has been sent.",
    sent_in_part: "It is paid and not all of it has been sent.",
    moving: "A payment for it is being checked.",
    owed: "A refund for it is under way.",
}


@pytest.mark.parametrize("how", OPEN)
def test_while_an_order_is_not_done_with_the_page_says_which_and_why(at_home, ada, how):
    order = how(ada)
    said = words(at_home.get("erase/"))
    assert f"Order {order.number}" in said and OPEN[how] in said
    assert "Erase my account" not in said
    answer = at_home.post("erase/", sure="1")
    assert answer.status_code == 422
    assert "Your account cannot be erased yet." in words(answer)
    order.refresh_from_db()
    assert order.member == ada and order.name == "Ada Byron"
    assert at_home.signed_in


def test_once_it_is_done_with_the_account_can_go(at_home, ada):
    order = waiting(ada)
    flows.cancel(order.pk)
    at_home.send("erase/", form="privacy-form", sure="1")
    assert User.objects.count() == 0


def test_the_only_superuser_cannot_leave_the_shop_without_one(db):
    root = member("root@example.com", is_staff=True, is_superuser=True)
    visitor = Visitor()
    visitor.sign_in("root@example.com")
    visitor.sensitive("erase/")
    assert "the only account that may do everything" in words(visitor.get("erase/"))
    assert visitor.post("erase/", sure="1").status_code == 422
    member("second@example.com", is_staff=True, is_superuser=True)
    erase(root)
    assert [user.email for user in User.objects.all()] == ["second@example.com"]


# What goes and what stays


def figures():
    """What the accounts add up: by month, currency and rate, with invoices, captures, refunds."""
    return [
        list(Order.objects.order_by("pk").values_list(
            "number", "placed_at", "currency", "goods", "discount", "delivery_price", "tax", "total"
        )),
        list(Order.objects.values_list("lines__sku", "lines__tax_rate", "lines__tax")),
        list(Order.objects.values_list("invoice__year", "invoice__number")),
        list(Order.objects.values_list("attempts__captures__capture_id", "attempts__amount")),
        list(Refund.objects.values_list("amount", "state")),
    ]  # fmt: skip


def test_the_order_keeps_its_figures_and_its_country(ada):
    done(member=ada)
    before = figures()
    erase(ada)
    assert figures() == before
    assert Order.objects.get().address == {"country_code": "GB"}
    assert Order.objects.get().address_lines == ["United Kingdom"]


def test_old_links_to_the_order_lead_nowhere(ada):
    order = done(member=ada)
    assert Client().get(order.get_absolute_url()).status_code == 200
    erase(ada)
    assert Client().get(order.get_absolute_url()).status_code == 404


def test_an_editor_still_sees_the_order_and_its_invoice(ada, admin_client):
    order = done(member=ada)
    erase(ada)
    order.refresh_from_db()
    assert admin_client.get(f"/admin/orders/order/{order.pk}/change/").status_code == 200
    assert admin_client.get(f"/admin/orders/order/{order.pk}/payments/").status_code == 200
    answer = Client().get(order.at("orders:invoice"))
    assert answer.status_code == 200 and b"Byron" not in answer.content


def test_a_refund_after_that_tells_nobody(ada):
    order = done(member=ada)
    erase(ada)
    Message.objects.all().delete()
    owed = flows.refund(order.pk, {order.lines.get().pk: 1}, delivery=0, restock=set())
    flows.send_refund(owed.pk)
    assert Refund.objects.get().state == "done"
    assert Message.objects.count() == 0


def test_an_expired_order_cannot_be_paid_after_that(ada):
    order = waiting(ada)
    lapse(order)
    flows.expire()
    erase(ada)
    with pytest.raises(flows.NotPayable):
        flows.settle(order.attempts.get().pk)
    assert Order.objects.get().state == "cancelled"


def test_what_was_written_about_it_goes(ada):
    order = place((factories.variant(), 1), member=ada)
    flows.settle(order.attempts.get().pk, None, NOTE)
    send(order, tracking="RM 42 GB")
    LogEntry.objects.create(
        user=factories.user(is_staff=True), action_flag=2, object_id=ada.pk, object_repr=EMAIL,
        content_type_id=1,
    )  # fmt: skip
    erase(ada)
    assert not order.events.exclude(why="").exists()
    assert order.shipments.get().tracking == ""
    assert LogEntry.objects.get().object_repr == ""


def test_a_coupon_stays_counted_and_for_nobody(ada):
    coupon = factories.coupon("GIFT", limit_per_person=1)
    done(member=ada, codes=["GIFT"])
    erase(ada)
    coupon.refresh_from_db()
    assert coupon.used == 1
    assert (Redemption.objects.get().person, Redemption.objects.get().member) == ("", "")


def test_all_devices_are_signed_out_and_other_peoples_are_not(ada):
    devices, grace = [Visitor() for _ in range(3)], Visitor()
    member("grace@example.com")
    for device in devices:
        device.sign_in()
    grace.sign_in("grace@example.com")
    erase(ada)
    assert [device.signed_in for device in devices] == [False] * 3
    assert grace.signed_in


def test_sessions_in_which_the_address_was_typed_go_too(ada):
    cup = factories.variant()
    typing, coming, other = Client(), Visitor(), Client()
    for client, email in ((typing, "ADA@example.com"), (other, "xada@example.com")):
        client.post("/cart/add/", {"variant": cup.pk, "quantity": "1"})
        client.post("/checkout/", factories.details(email=email))
    coming.send("login/code/", email=EMAIL)
    erase(ada)
    assert "checkout" not in typing.session and "checkout" in other.session
    assert not coming.client.session.keys()


def test_a_member_keeps_what_others_have(ada):
    grace = member("grace@example.com")
    hers = done(member=grace)
    # Placed by grace for ada: it is grace's.
    gift = done(member=grace, email=EMAIL)
    Wish.objects.create(member=grace, variant_id=1)
    erase(ada)
    for order in (hers, gift):
        before = order.name
        order.refresh_from_db()
        assert order.name == before and order.email
    assert Wish.objects.count() == 1


def test_guest_orders_with_a_proven_address_go_and_with_another_stay(ada):
    mine, other = done(email="Ada@Example.com"), done(email="ada@example.org")
    erase(ada)
    assert [Order.objects.get(pk=order.pk).email for order in (mine, other)] == [
        "",
        "ada@example.org",
    ]


def test_an_address_that_is_not_proven_proves_nothing(ada):
    ada.emailaddress_set.create(email="grace@example.com", verified=False)
    order = done(email="grace@example.com")
    assert flows.addresses(ada) == {EMAIL}
    erase(ada)
    assert Order.objects.get(pk=order.pk).email == "grace@example.com"


def test_mails_to_a_former_address_go_as_well(ada, at_home):
    at_home.send("email/", email="byron@example.com")
    Message.objects.filter(to="byron@example.com").update(to="former@example.com")
    erase(ada)
    assert set(Message.objects.values_list("to", flat=True)) == {EMAIL}


def test_the_file_of_an_export_goes(ada, folder, django_capture_on_commit_callbacks):
    making.ask(ada)
    making.sweep()
    path = folder / Export.objects.get().name
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase(ada)
    assert not path.exists() and Export.objects.count() == 0


def test_a_guest_goes_by_their_address(db):
    order = done(email="guest@example.com", language="zh-hant")
    flows.erase(None, {"guest@example.com"})
    flows.erase(None, {"guest@example.com"})
    order.refresh_from_db()
    assert order.email == ""
    (last,) = Message.objects.all()
    assert (last.kind, last.language, last.to) == ("erased", "zh-hant", "guest@example.com")


def test_an_address_that_nobody_has_gets_no_mail(db):
    flows.erase(None, {"stranger@example.com"})
    assert Message.objects.count() == 0


def test_killed_at_any_statement_it_is_all_or_nothing_and_can_be_repeated(ada):
    order = done(member=ada)
    Wish.objects.create(member=ada, variant_id=order.lines.get().variant_id)
    process, boundary, deaths = Process(), 0, 0
    while True:
        boundary += 1
        for after in (False, True):
            member_now = User.objects.get()
            ended = process.run(Crash(boundary, after), erase, member_now)
            if ended is not Killed:
                break
            deaths += 1
            order.refresh_from_db()
            assert (order.name, order.member, Wish.objects.count()) == ("Ada Byron", ada, 1)
            assert Message.objects.filter(kind="erased").count() == 0
        else:
            continue
        break
    assert deaths > 40
    assert User.objects.count() == Wish.objects.count() == 0
    assert Order.objects.get().email == ""


# Time


def years_pass(years):
    Order.objects.update(placed_at=Now() - timedelta(days=years * 365.25 + 1))


def test_orders_lose_the_person_when_the_law_no_longer_asks_for_it(db):
    old = done(email="old@example.com")
    years_pass(6)
    assert flows.forget() == 0
    years_pass(7)
    fresh = done(email="fresh@example.com")
    before = figures()
    assert flows.forget() == 1
    assert flows.forget() == 0
    assert figures() == before
    assert Order.objects.get(pk=old.pk).email == "" and Order.objects.get(pk=fresh.pk).email


@pytest.mark.parametrize("how", OPEN)
def test_an_order_that_is_not_done_with_keeps_its_address_however_old(ada, how):
    how(ada)
    years_pass(8)
    assert flows.forget() == 0


def test_unpaid_orders_are_kept_for_days_and_not_for_years(db):
    order = waiting(None)
    flows.cancel(order.pk)
    paid_one = done()
    Order.objects.update(placed_at=Now() - timedelta(days=91))
    assert flows.forget() == 1
    assert Order.objects.get(pk=order.pk).email == "" and Order.objects.get(pk=paid_one.pk).email


def test_mails_leave_the_outbox_when_they_have_been_kept_long_enough(db):
    done()
    sweep_due()
    assert Message.objects.outlived().count() == 0
    Message.objects.update(sent_at=Now() - timedelta(days=91))
    Message.objects.outlived().delete()
    assert Message.objects.count() == 0


# By an editor


PAGE = "/admin/privacy/export/"


def press(client, deed, email):
    return client.post(PAGE, {"deed": deed, "email": email})


def test_an_editor_sees_exports_and_erases_a_guest(admin_client):
    done(email="guest@example.com")
    answer = press(admin_client, "look", "Guest@example.com")
    assert "orders-orders 1" in words(answer)
    assert "guest" not in answer.request["QUERY_STRING"]
    assert press(admin_client, "export", "guest@example.com").content[:2] == b"PK"
    assert "Erase this person?" in words(press(admin_client, "erase", "guest@example.com"))
    assert Order.objects.get().email
    answer = press(admin_client, "erase-sure", "guest@example.com")
    assert answer.status_code == 302 and Order.objects.get().email == ""
    assert "Nothing is held" in words(press(admin_client, "look", "unknown@example.com"))


def test_an_editor_erases_a_member_by_the_proven_address(ada, admin_client):
    order = done(member=ada, email="elsewhere@example.com")
    assert "A member" in words(press(admin_client, "look", EMAIL))
    press(admin_client, "erase-sure", EMAIL)
    order.refresh_from_db()
    assert order.email == "" and not User.objects.filter(email=EMAIL).exists()


def test_an_account_without_a_proven_address_is_found_by_an_editor(admin_client):
    factories.user("never-confirmed@example.com")
    assert "A member" in words(press(admin_client, "look", "never-confirmed@example.com"))
    press(admin_client, "erase-sure", "never-confirmed@example.com")
    assert not User.objects.filter(email="never-confirmed@example.com").exists()


def test_an_editor_is_told_what_is_in_the_way(ada, admin_client):
    order = paid(ada)
    assert order.number in words(press(admin_client, "look", EMAIL))
    answer = press(admin_client, "erase-sure", EMAIL)
    assert answer.status_code == 422 and "cannot be erased yet" in words(answer)
    assert User.objects.filter(email=EMAIL).exists()


@pytest.mark.parametrize(("rights", "looks", "erases"), [([], 403, 403), (["export"], 200, 403)])
def test_both_rights_have_to_be_given(ada, rights, looks, erases):
    from django.contrib.auth.models import Permission

    editor = factories.user(is_staff=True)
    codes = [f"{right}_person" for right in rights]
    editor.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client = Client()
    client.force_login(editor)
    assert press(client, "look", EMAIL).status_code == looks
    assert press(client, "export", EMAIL).status_code == looks
    assert press(client, "erase-sure", EMAIL).status_code == erases
    assert User.objects.filter(email=EMAIL).exists()
