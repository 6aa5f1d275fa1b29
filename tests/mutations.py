"""Each takes one guard away from the real code, and nothing else."""

import secrets
import uuid
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest, Now

from cart.cart import Cart
from cart.keepers import MERGED, Guest
from cart.merging import Merging
from catalog.models import Variant
from catalog.models.variant import VariantQuerySet
from coupons.models import Coupon, CouponQuerySet, Redemption
from orders import flows, mail
from orders.flows import ending, placement, settlement, shipping
from orders.models import Attempt, Capture, Invoice, Order, OrderLine, ShipmentLine
from orders.models.invoice import InvoiceManager, InvoiceYear
from orders.models.order_set import OrderQuerySet
from payments.paypal_client import Client


def no_checkout_token(patch):
    create = placement._create_order

    def created(quote, token, *more):
        return create(quote, secrets.token_urlsafe(24), *more)

    patch.setattr(placement, "_create_order", created)


def no_condition_on_stock(patch):
    def take(self, pk, quantity):
        return bool(self.filter(pk=pk).update(stock=Greatest(F("stock") - quantity, 0)))

    patch.setattr(VariantQuerySet, "take", take)


def no_claim(patch):
    patch.setattr(settlement, "_claim", lambda pk, *_: Attempt.objects.get(pk=pk))


def no_constraint_on_busy_attempts(patch):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_busy_attempt_per_order")  # undone with the test


def no_unique_capture(patch):
    create = Capture.objects.create

    def created(capture_id, **more):
        return create(capture_id=f"{capture_id}-{uuid.uuid4()}"[:80], **more)

    patch.setattr(Capture.objects, "create", created)


def no_request_id(call):
    def mutation(patch):
        real = getattr(Client, call)

        def called(self, *given):
            return real(self, *given[:-1], str(uuid.uuid4()))

        patch.setattr(Client, call, called)

    return mutation


def no_look_at(field):
    """`amount`, `currency`, `payee` or `custom_id` of what PayPal has."""

    def mutation(patch):
        real = settlement._is_ours

        def is_ours(attempt, seen):
            ours = str(attempt.pk) if field == "custom_id" else getattr(attempt, field)
            return real(attempt, replace(seen, **{field: ours}))

        patch.setattr(settlement, "_is_ours", is_ours)

    return mutation


def no_skip_of_captures_under_way(patch):
    def overdue(self):
        return self.filter(state=Order.State.AWAITING, hold_until__lt=Now())

    patch.setattr(OrderQuerySet, "overdue", overdue)
    patch.setattr(ending, "Attempt", SimpleNamespace(BUSY=[], OPEN=Attempt.OPEN))


def no_hold_before_a_late_capture(patch):
    def hold_again(order, provider, who):
        order.move(Order.State.EXPIRED, to=Order.State.AWAITING)

    patch.setattr(settlement, "hold_again", hold_again)


def mail_after_the_transaction(patch):
    post, book, waiting = mail.paid, settlement._book, []

    def booked(*given):
        waiting.clear()  # what a killed process had in mind is gone
        order = book(*given)
        for told in waiting:
            post(*told)
        return order

    patch.setattr(mail, "paid", lambda *told: waiting.append(told))
    patch.setattr(settlement, "_book", booked)


def no_look_at_the_signature(patch):
    patch.setattr(Client, "verify", lambda *_: True)


def no_note_of_what_was_given_back(patch):
    def give_back(order):
        for line in order.lines.filter(held__gt=0):
            Variant.objects.give_back(line.variant_id, line.held)

    patch.setattr(ending, "give_back", give_back)


# Codes


def no_condition_on_uses(patch):
    def take(self, code, about, person):
        self.update(used=F("used") + 1)
        used = Coupon.objects.get(code=code).redemptions
        used.create(about=about, person=person.email, member=person.member)

    patch.setattr(CouponQuerySet, "_take", take)


def no_count_of_a_persons_uses(patch):
    patch.setattr(Coupon, "is_had_by", lambda *_: False)


def no_note_of_uses_given_back(patch):
    def give_back(self, about):
        for use in Redemption.objects.filter(about=about):
            self.filter(pk=use.coupon_id).update(used=F("used") - 1)

    patch.setattr(CouponQuerySet, "give_back", give_back)


def no_code_taken_again(patch):
    patch.setattr(CouponQuerySet, "take_again", lambda *_: None)


# Carts


def no_end_of_the_devices_cart(patch):
    patch.setattr(Guest, "take", Guest.read)


def no_cap_on_two_lines_together(patch):
    def added(self, pk):
        return self.account.lines.get(pk, 0) + self.device.lines.get(pk, 0)

    patch.setattr(Merging, "_sum", added)


def no_look_at_what_was_shown(patch):
    patch.setattr(Merging, "digest", "seen")


def no_look_at_what_it_became(patch):
    patch.setattr(Cart, "merged", property(lambda self: MERGED in self.session))


# After the sale


def no_condition_on_pieces(patch):
    def pack(parcel, line_id, n):
        line = OrderLine.objects.filter(pk=line_id)
        line.update(held=Greatest(F("held") - n, 0), fulfilled=F("fulfilled") + n)
        ShipmentLine.objects.create(shipment=parcel, line_id=line_id, quantity=n)

    patch.setattr(shipping, "_pack", pack)


def no_look_at_what_is_left(patch):
    patch.setattr(Capture, "left", property(lambda self: self.amount))


def no_form_id(verb):
    """`ship` or `refund` takes each press for another one."""

    def mutation(patch):
        real = getattr(flows, verb)
        patch.setattr(flows, verb, lambda *given, request_id, **more: real(*given, **more))

    return mutation


def no_count_of_invoices(patch):
    def issue(self, order, year):
        counted, _ = InvoiceYear.objects.get_or_create(year=year)
        return self.create(order=order, year=year, number=counted.last + 1)

    patch.setattr(InvoiceManager, "issue", issue)


def invoice_numbers_outside_the_transaction(patch):
    numbers = count(Invoice.objects.count() + 1)  # as a sequence of the database counts

    def issue(self, order, year):
        return self.create(order=order, year=year, number=next(numbers))

    patch.setattr(InvoiceManager, "issue", issue)
