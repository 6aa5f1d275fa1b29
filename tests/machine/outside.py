"""What comes from outside: notices, faults, others who act at PayPal, editors, and time."""

import json
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from django.db.models import F
from hypothesis import strategies as st
from hypothesis.stateful import rule

from catalog.models import Variant
from crashes import Killed
from machine.world import World, crashes, nth, variants
from orders import flows
from orders.models import Attempt, Order, Refund, WebhookEvent
from outbox.models import Message
from outbox.post import sweep_due
from payments.provider import Forged, Unknown
from placing import lapse

HOURS = timedelta(hours=3, minutes=1)  # after which PayPal has let go of what nobody approved
CALLS = ["token", "create", "get", "capture", "capture", "refund", "verify"]


class Outside(World):
    # PayPal tells

    @rule(n=st.integers(0, 20), times=st.integers(1, 3), worked=st.booleans(), crash=crashes)
    def a_notice_comes(self, n, times, worked, crash):
        """Late, twice, out of order; those that no rule picks are lost."""
        events = self.ledger()["webhooks"]
        if events:
            for _ in range(times):
                self.tell(events[-1 - n % len(events)]["event_id"], crash, worked=worked)

    def tell(self, event_id, crash=None, *, worked=True):
        headers, body = self.receiver.notice(event_id)
        self.do(crash, flows.hear, "paypal", headers, body, but=Unknown)
        noted = WebhookEvent.objects.filter(event_id=event_id).first()
        if noted and worked:
            self.do(crash, flows.look, noted.pk, but=(Unknown, flows.NotRefunded))

    @rule(n=nth, altered=st.booleans())
    def a_forged_notice_comes(self, n, altered):
        events = self.ledger()["webhooks"]
        if not events:
            return
        event_id = events[-1 - n % len(events)]["event_id"]
        headers, body = self.receiver.notice(event_id, forge=not altered)
        if altered:
            body = json.dumps(json.loads(body) | {"id": f"X-{event_id}"}).encode()
        noted = WebhookEvent.objects.count()
        with pytest.raises((Forged, Unknown)):
            flows.hear("paypal", headers, body)
        assert WebhookEvent.objects.count() == noted

    # PayPal fails

    @rule(on=st.sampled_from(CALLS), do=st.sampled_from(["error", "drop"]), late=st.booleans())
    def paypal_will_fail(self, on, do, late):
        self.paypal.fault(on, do, when="after" if late else "before")

    # Others act at PayPal

    @rule(n=nth)
    def somebody_takes_the_money_at_paypal(self, n):
        """With the merchant's account and past the shop: surplus, unless the order waits for it."""
        if order := self._approved(n):
            self.others_ask(self.paypal.capture, order["id"])
            self.told_outside.add(order["id"])

    @rule(n=nth, crash=crashes)
    def somebody_changes_the_amount_at_paypal(self, n, crash):
        if order := self._approved(n):
            self.answer(f"orders/{order['id']}/change", amount={"value": "0.01"})
            if attempt := Attempt.objects.filter(provider_order_id=order["id"]).first():
                self.settle(crash, attempt)

    @rule(n=nth, whole=st.booleans())
    def somebody_refunds_at_paypal(self, n, whole):
        moved = [row for row in self.ledger()["captures"] if row["status"] == "COMPLETED"]
        if moved:
            capture = moved[-1 - n % len(moved)]
            part = {"amount": {"currency_code": capture["currency"], "value": "0.01"}}
            self.others_ask(self.paypal.refund, capture["id"], {} if whole else part)
            self.told_outside.add(capture["order_id"])

    def _approved(self, n):
        """Nobody approves a payment whose address the shop has not been told."""
        known = set(Attempt.objects.values_list("provider_order_id", flat=True))
        rows = [row for row in self.ledger()["orders"] if row["id"] in known]
        found = [row for row in rows if row["status"] != "COMPLETED"]
        if found:
            self.answer(f"orders/{found[-1 - n % len(found)]['id']}/approve")
            return found[-1 - n % len(found)]
        return None

    # Time

    @rule(n=nth, hours=st.booleans(), swept=st.booleans(), crash=crashes)
    def time_passes(self, n, hours, swept, crash):
        if hours:
            self.paypal.shift_clock(HOURS.total_seconds())
            Attempt.objects.update(created_at=F("created_at") - HOURS)
            Order.objects.update(hold_until=F("hold_until") - HOURS)
        elif order := self.pick(Order.objects.filter(state="awaiting"), n):
            lapse(order)
        if swept and self.do(crash, flows.expire) is not Killed:
            assert flows.expire() == 0

    @rule(crash=crashes)
    def reconcile(self, crash):
        self.a_while_passes()
        self.do(crash, flows.reconcile)

    @rule(crash=crashes)
    def send_mail(self, crash):
        self.a_while_passes()
        self.do(crash, sweep_due)

    @staticmethod
    def a_while_passes():
        """Long enough for everything to be asked about and tried again."""
        hour = timedelta(hours=1)
        for model in (Attempt, Refund):
            model.objects.update(ask_at=F("ask_at") - hour)
        WebhookEvent.objects.update(received_at=F("received_at") - hour)
        Message.objects.update(claimed_until=F("claimed_until") - timedelta(days=1))

    # Editors

    @rule(what=variants, price=st.integers(0, 3000), active=st.booleans())
    def edit(self, what, price, active):
        Variant.objects.filter(pk=self.shelf[what].pk).update(price=price, active=active)

    @rule(what=variants, more=st.integers(-2, 4))
    def restock(self, what, more):
        pk = self.shelf[what].pk
        if Variant.objects.filter(pk=pk, stock__gte=-more).update(stock=F("stock") + more):
            self.should_be[pk] += more

    @rule(n=nth, crash=crashes)
    def a_bank_transfer_arrives(self, n, crash):
        if attempt := self.pick(Attempt.objects.filter(provider="offline"), n):
            self.settle(crash, attempt)

    # Words

    def sell_elsewhere(self, pk):
        if stock := Variant.objects.get(pk=pk).stock:
            Variant.objects.filter(pk=pk).update(stock=0)
            self.should_be[pk] -= stock

    def others_ask(self, call, *given):
        """They meet PayPal's faults, too."""
        self.deeds += 1
        with suppress(httpx.TransportError):
            call(*given)

    def answer(self, path, **body):
        """A deed at the simulator; that it cannot be done any more is no news."""
        self.deeds += 1
        try:
            self.paypal.control("POST", path, body)
        except httpx.HTTPStatusError as error:
            assert error.response.status_code in {404, 422}
