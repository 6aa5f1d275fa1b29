"""Each takes one guard away from the real code, and nothing else."""

import secrets
import uuid
from dataclasses import replace
from types import SimpleNamespace

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest, Now

from catalog.models import Variant
from catalog.models.variant import VariantQuerySet
from orders import mail
from orders.flows import ending, placement, settlement
from orders.models import Attempt, Capture, Order
from orders.models.order import OrderQuerySet
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
