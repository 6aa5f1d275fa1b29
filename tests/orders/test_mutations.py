"""The guards of money and stock, and for each the shortest story that goes wrong without it.

A story asserts its good end. It is told twice: as the shop is, and with the one guard taken away,
which must be seen.
"""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

import factories
import mutations
from cart.cart import Cart
from cart.merging import Changed, Merging
from catalog.models import Variant
from coupons.models import Coupon, NotTaken
from coupons.person import Person
from crashes import Crash, Killed, Process
from orders import flows
from orders.flows import ending, refunds, settlement
from orders.models import Attempt, Capture, Invoice, Order, Refund, Shipment, WebhookEvent
from outbox.models import Message
from payments.provider import Forged, Unknown
from placing import carrier, cart_of, lapse, place
from receiver import receiving

pytestmark = pytest.mark.django_db


class Story:
    """One order of 2 out of 5, at PayPal's page; the names below are what can happen to it."""

    def __init__(self, paypal, adapter):
        self.paypal, self.adapter = paypal, adapter
        self.variant = factories.variant(stock=5)
        self.begin()

    def begin(self, **more):
        self.order = place((self.variant, 2), provider="paypal", **more)
        self.attempt = self.order.attempts.get()
        flows.start(self.attempt.pk)
        self.attempt.refresh_from_db()

    def approve(self):
        self.paypal.approve(self.attempt.provider_order_id)

    def settle(self):
        """The exception that says why it did not, if it did not."""
        try:
            flows.settle(self.attempt.pk)
        except (flows.NotSettled, flows.SoldOut, Unknown) as reason:
            return reason
        return None

    def expire(self):
        lapse(self.order)
        flows.expire()

    def reconcile(self):
        Attempt.objects.update(ask_at=F("ask_at") - timedelta(hours=1))
        flows.reconcile()

    def rows(self, kind):
        """What PayPal has of the order."""
        rows = self.paypal.ledger()[kind]
        return [row for row in rows if row["invoice_id"] == self.order.number]

    @property
    def state(self):
        self.order.refresh_from_db()
        self.variant.refresh_from_db()
        return self.order.state, self.order.lines.get().held, self.variant.stock


def two_windows_with_one_token_make_one_order(story):
    for _ in range(2):
        place(cart=cart_of((story.variant, 1)), token="the-same")
    assert Order.objects.count() == 2  # with the story's own


def what_has_gone_is_not_sold_again(story):
    story.approve()
    story.expire()
    Variant.objects.update(stock=1)
    assert isinstance(story.settle(), flows.SoldOut)
    assert story.rows("captures") == []


def a_cancelled_order_is_not_charged(story):
    story.approve()
    flows.cancel(story.order.pk)
    story.settle()
    assert story.rows("captures") == []


def two_attempts_do_not_both_take_the_money(story):
    other = story.order.attempts.create(provider="paypal", amount=1, currency="GBP")
    story.attempt.move(*Attempt.OPEN, to=Attempt.State.CAPTURING)
    try:
        with transaction.atomic():
            other.move(*Attempt.OPEN, to=Attempt.State.CAPTURING)
    except IntegrityError:
        pass
    assert story.order.attempts.filter(state__in=Attempt.BUSY).count() == 1


def two_processes_book_a_capture_once(story):
    story.approve()
    claimed = settlement._claim(story.attempt.pk, story.adapter, None)
    captured = story.adapter.capture(claimed)
    for _ in range(2):
        settlement._book(claimed, captured, None, "")
    assert Capture.objects.count() == 1
    assert not Refund.objects.exists()


def a_lost_answer_does_not_make_two_orders_at_paypal(story):
    Attempt.objects.update(state="new", provider_order_id=None)
    flows.start(story.attempt.pk)
    assert len(story.rows("orders")) == 1


def something_else_was_approved(**change):
    def story_of_it(story):
        story.approve()
        story.paypal.change(story.attempt.provider_order_id, **change)
        assert isinstance(story.settle(), flows.Mismatch)
        made = story.attempt.provider_order_id
        assert made not in [row["order_id"] for row in story.paypal.ledger()["captures"]]

    return story_of_it


def an_order_being_paid_does_not_expire(story):
    story.approve()
    story.paypal.fault("capture", "drop", when="after")
    story.settle()
    story.expire()
    story.reconcile()
    assert story.state == ("paid", 2, 3)


def who_pays_late_gets_what_is_held_again(story):
    story.approve()
    story.expire()
    story.settle()
    assert story.state == ("paid", 2, 3)


def whenever_the_process_dies_the_paid_order_has_its_mail(story):
    for at in range(1, 40):
        Variant.objects.update(stock=5)
        story.begin()
        story.approve()
        ended = Process().run(Crash(at, after=False), flows.settle, story.attempt.pk)
        story.reconcile()
        events = story.order.events.filter(kind="paid")
        about = [f"order-event:{event.pk}" for event in events]
        assert Message.objects.filter(kind="paid", about__in=about).count() == 1, at
        if ended is not Killed:
            return
    raise AssertionError("it never ends")


def a_forged_notice_is_not_heard(story):
    with receiving(story.paypal) as receiver:
        receiver.begin()
        story.approve()
        event_id = story.paypal.ledger()["webhooks"][-1]["event_id"]
        forged = receiver.notice(event_id, forge=True)
    with pytest.raises(Forged):
        flows.hear("paypal", *forged)
    assert not WebhookEvent.objects.exists()


def a_refund_whose_answer_was_lost_is_made_once(story):
    story.approve()
    story.settle()
    owed = refunds.owe(Capture.objects.get(), 100)
    story.paypal.fault("refund", "drop", when="after")
    for _ in range(2):
        with suppress(Unknown):
            flows.send_refund(owed.pk)
    assert [row["refunded_minor"] for row in story.rows("captures")] == [100]


def a_hold_is_given_back_once(story):
    for _ in range(2):
        ending.give_back(story.order)
    assert story.state == ("awaiting", 0, 5)


def tried(verb, *given):
    """The kind of exception that says why it did not; None if it did."""
    try:
        with transaction.atomic():
            verb(*given)
    except (NotTaken, IntegrityError) as reason:
        return type(reason)
    return None


def the_last_use_of_a_code_goes_to_one(story):
    code = factories.coupon(limit=1).code
    persons = [Person.of("ada@example.com"), Person.of("ben@example.com")]
    done = [tried(Coupon.objects.take, code, f"{n}", who) for n, who in enumerate(persons)]
    assert done == [None, NotTaken]


def a_person_uses_a_code_once(story):
    code, ada = factories.coupon(limit_per_person=1).code, Person.of("ada@example.com")
    done = [tried(Coupon.objects.take, code, f"{n}", ada) for n in range(2)]
    assert done == [None, NotTaken]


def a_use_is_given_back_once(story):
    code = factories.coupon()
    for _ in range(2):
        Variant.objects.update(stock=5)
        story.begin(codes=[code])
    for _ in range(2):
        ending.give_back(story.order)
    code.refresh_from_db()
    assert code.used == 1


def who_pays_late_uses_the_code_again(story):
    code = factories.coupon(limit=1)
    story.begin(codes=[code])
    story.approve()
    story.expire()
    story.settle()
    code.refresh_from_db()
    assert (story.state, code.used) == (("paid", 2, 1), 1)


def what_went_back_on_the_shelf_is_not_sent(story):
    story.approve()
    story.settle()
    line = story.order.lines.get()
    flows.refund(story.order.pk, {line.pk: 1}, restock={line.pk})
    with suppress(flows.NotShipped):
        flows.ship(story.order.pk, {line.pk: 2}, carrier())
    line.refresh_from_db()
    assert (line.held, line.fulfilled) == (1, 0)


def no_more_is_owed_than_was_taken(story):
    story.approve()
    story.settle()
    capture = Capture.objects.get()
    for amount in (100, capture.amount):
        with suppress(flows.NotRefunded):
            refunds.owe(capture, amount)
    assert sum(owed.amount for owed in Refund.objects.all()) <= capture.amount


def two_presses_send_one_parcel(story):
    story.approve()
    story.settle()
    form, line = uuid.uuid4(), story.order.lines.get()
    for _ in range(2):
        flows.ship(story.order.pk, {line.pk: 1}, carrier(), request_id=form)
    assert Shipment.objects.count() == 1


def two_presses_owe_one_refund(story):
    story.approve()
    story.settle()
    form, line = uuid.uuid4(), story.order.lines.get()
    for _ in range(2):
        flows.refund(story.order.pk, {line.pk: 1}, request_id=form)
    assert Refund.objects.count() == 1


def each_paid_order_has_an_invoice_of_its_own(story):
    for _ in range(2):
        Variant.objects.update(stock=5)
        story.begin()
        story.approve()
        with suppress(IntegrityError):
            story.settle()
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [1, 2]


def whenever_the_process_dies_invoices_have_no_gap(story):
    for at in range(1, 40):
        Variant.objects.update(stock=5)
        story.begin()
        story.approve()
        ended = Process().run(Crash(at, after=False), flows.settle, story.attempt.pk)
        story.reconcile()
        assert Invoice.objects.get(order=story.order).number == at
        if ended is not Killed:
            return
    raise AssertionError("it never ends")


def two_carts(story, here, there):
    """A device with a cart of its own, at which a member signs in who has one too."""
    device, ada = cart_of((story.variant, here)), factories.user()
    Cart(device.session, ada).add(story.variant.pk, there)
    return Merging(device.session, ada)


def what_has_been_merged_is_not_merged_again(story):
    Variant.objects.update(stock=None)
    merging = two_carts(story, 2, 3)
    for _ in range(2):
        merging = Merging(merging.session, merging.cart.member)
        merging.choose("combine", merging.digest)
    assert merging.account.lines == {story.variant.pk: 5} and not merging.device


def two_carts_together_stay_under_the_cap(story):
    Variant.objects.update(stock=None)
    merging = two_carts(story, 12, 15)
    try:
        with transaction.atomic():
            merging.choose("combine", merging.digest)
    except IntegrityError:
        pass
    assert merging.account.lines == {story.variant.pk: 20}


def no_sum_is_taken_that_was_not_shown(story):
    merging = two_carts(story, 1, 2)
    seen = merging.digest
    Variant.objects.update(price=F("price") + 100)
    with pytest.raises(Changed):
        Merging(merging.session, merging.cart.member).choose("combine", seen)


def what_came_since_is_not_undone(story):
    merging = two_carts(story, 1, 1)
    merging.choose("combine", merging.digest)
    merging.cart.add(story.variant.pk, 1)
    merging.undo()
    assert merging.account.lines == {story.variant.pk: 3}


LOOKS = {
    "amount": {"amount": {"value": "0.01"}},
    "currency": {"amount": {"currency_code": "USD", "value": "52.95"}},
    "payee": {"payee": {"merchant_id": "ANOTHERSHOP"}},
    "custom id": {"custom_id": "1234567"},
}
GUARDS = {
    "checkout token": (mutations.no_checkout_token, two_windows_with_one_token_make_one_order),
    "condition on stock": (mutations.no_condition_on_stock, what_has_gone_is_not_sold_again),
    "claim": (mutations.no_claim, a_cancelled_order_is_not_charged),
    "one busy attempt": (
        mutations.no_constraint_on_busy_attempts,
        two_attempts_do_not_both_take_the_money,
    ),
    "unique capture": (mutations.no_unique_capture, two_processes_book_a_capture_once),
    "request id": (
        mutations.no_request_id("create_order"),
        a_lost_answer_does_not_make_two_orders_at_paypal,
    ),
    **{
        f"look at the {name}": (
            mutations.no_look_at(name.replace(" ", "_")),
            something_else_was_approved(**change),
        )
        for name, change in LOOKS.items()
    },
    "expiry's skip": (
        mutations.no_skip_of_captures_under_way,
        an_order_being_paid_does_not_expire,
    ),
    "hold before a late capture": (
        mutations.no_hold_before_a_late_capture,
        who_pays_late_gets_what_is_held_again,
    ),
    "mail inside the transaction": (
        mutations.mail_after_the_transaction,
        whenever_the_process_dies_the_paid_order_has_its_mail,
    ),
    "signature of notices": (mutations.no_look_at_the_signature, a_forged_notice_is_not_heard),
    "refund's request id": (
        mutations.no_request_id("refund_capture"),
        a_refund_whose_answer_was_lost_is_made_once,
    ),
    "hold given back once": (
        mutations.no_note_of_what_was_given_back,
        a_hold_is_given_back_once,
    ),
    "condition on a code's uses": (
        mutations.no_condition_on_uses,
        the_last_use_of_a_code_goes_to_one,
    ),
    "count of a person's uses": (
        mutations.no_count_of_a_persons_uses,
        a_person_uses_a_code_once,
    ),
    "use given back once": (mutations.no_note_of_uses_given_back, a_use_is_given_back_once),
    "code of a late payment": (mutations.no_code_taken_again, who_pays_late_uses_the_code_again),
    "end of the device's cart": (
        mutations.no_end_of_the_devices_cart,
        what_has_been_merged_is_not_merged_again,
    ),
    "cap on two lines together": (
        mutations.no_cap_on_two_lines_together,
        two_carts_together_stay_under_the_cap,
    ),
    "look at what was shown": (
        mutations.no_look_at_what_was_shown,
        no_sum_is_taken_that_was_not_shown,
    ),
    "look at what it became": (
        mutations.no_look_at_what_it_became,
        what_came_since_is_not_undone,
    ),
    "condition on pieces": (
        mutations.no_condition_on_pieces,
        what_went_back_on_the_shelf_is_not_sent,
    ),
    "what is left of a capture": (
        mutations.no_look_at_what_is_left,
        no_more_is_owed_than_was_taken,
    ),
    "form id of a parcel": (mutations.no_form_id("ship"), two_presses_send_one_parcel),
    "form id of a refund": (mutations.no_form_id("refund"), two_presses_owe_one_refund),
    "count of invoices": (
        mutations.no_count_of_invoices,
        each_paid_order_has_an_invoice_of_its_own,
    ),
    "invoice's number inside the transaction": (
        mutations.invoice_numbers_outside_the_transaction,
        whenever_the_process_dies_invoices_have_no_gap,
    ),
}
WRONG = (AssertionError, pytest.fail.Exception)


@pytest.fixture
def story(paypal, adapter):
    return Story(paypal, adapter)


@pytest.mark.parametrize("guard", GUARDS)
def test_with_the_guard_the_story_ends_well(guard, story):
    _, tell = GUARDS[guard]
    tell(story)


@pytest.mark.parametrize("guard", GUARDS)
def test_without_the_guard_it_does_not(guard, story, monkeypatch):
    mutate, tell = GUARDS[guard]
    mutate(monkeypatch)
    with pytest.raises(WRONG):
        tell(story)
