"""Whatever shoppers, editors, PayPal and crashes do, in whatever order, money cannot go wrong.

The real verbs and the real adapter, over HTTP to the simulator of PayPal. `EXAMPLES=500 SHRINK=1
pytest --timeout 0` looks for longer, and then for the shortest way to what it found.
"""

import os
import sys

import pytest
from django.core import mail
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from crashes import Process, watched
from machine.coupons import Coupons
from machine.invariants import Always, AtRest
from machine.outside import Outside
from machine.paying import Paying
from machine.returns import Returns
from machine.shopping import Shopping
from machine.signing import Signing
from machine.world import SHOPPERS, variants
from orders import flows
from orders.models import Attempt, Order, Refund, WebhookEvent
from outbox.post import sweep_due
from receiver import receiving

DAYS = 4  # tests of their own, to be run side by side
# The shop that sells in earnest is on PostgreSQL.
EXAMPLES = int(os.environ.get("EXAMPLES", "20" if connection.vendor == "postgresql" else "8"))
STEPS = 40
SHRINK = [Phase.shrink] if "SHRINK" in os.environ else []  # takes minutes


class Shop(Shopping, Signing, Coupons, Paying, Returns, Outside, Always, AtRest):
    @initialize(deny=st.booleans(), notices=st.booleans(), first=st.lists(variants, min_size=2))
    def begin_the_day(self, deny, notices, first):
        """How it is going to end: what PayPal says of pending payments, and whether it tells."""
        self.deny, self.notices = deny, notices
        mail.outbox.clear()
        for n, what in enumerate(first[:5]):
            self.buy(who=n % SHOPPERS, what=what, quantity=1, provider="paypal", which=None)

    def teardown(self):
        try:
            if sys.exception() is None:
                self.come_to_rest()
                self.assert_at_rest(mail.outbox)
        finally:
            self.leave()

    def come_to_rest(self):
        self.paypal.clear_faults()
        self.receiver.begin()
        self._until_nothing_is_due(flows.reconcile)
        orders = {row["id"]: row["captures"] for row in self.ledger()["orders"]}
        for event in self.ledger()["webhooks"]:
            about = {event["resource_id"], *orders.get(event["resource_id"], [])}
            if self.notices or about & self._of_others():
                self.tell(event["event_id"])
        self._until_nothing_is_due(flows.reconcile, flows.expire, sweep_due)

    def _of_others(self):
        """Captures and refunds that the shop cannot know of unless PayPal tells."""
        rows = self.ledger()
        captures = {r["id"] for r in rows["captures"] if r["order_id"] in self.told_outside}
        return captures | {r["id"] for r in rows["refunds"] if r["capture_id"] in captures}

    def _until_nothing_is_due(self, *verbs):
        for _ in range(20):
            before = self._states()
            self.a_while_passes()
            self._end_all_reviews()
            for verb in verbs:
                verb()
            if self._states() == before:
                return
        raise AssertionError("it never comes to rest")

    def _end_all_reviews(self):
        for row in self.ledger()["captures"]:
            if row["status"] == "PENDING":
                self.answer(f"captures/{row['id']}", to="deny" if self.deny else "complete")

    @staticmethod
    def _states():
        rows = [model.objects.order_by("pk") for model in (Order, Attempt, Refund)]
        states = [list(found.values_list("pk", "state")) for found in rows]
        return [*states, WebhookEvent.objects.filter(handled_at=None).count()]


@pytest.mark.timeout(400)
@pytest.mark.django_db
@pytest.mark.parametrize("day", range(DAYS))
def test_the_invariants_hold_after_every_step_and_once_all_is_quiet(paypal, day):
    paypal.show("0NOSUCHORDER")  # signs the merchant in, before PayPal begins to fail
    with receiving(paypal) as receiver:
        Shop.receiver, Shop.process = receiver, Process()
        Shop.adapter = watched(Shop.process, paypal.url)
        run_state_machine_as_test(
            Shop,
            settings=settings(
                max_examples=EXAMPLES // DAYS,
                stateful_step_count=STEPS,
                deadline=None,
                phases=[Phase.reuse, Phase.generate, *SHRINK],
                suppress_health_check=list(HealthCheck),
            ),
        )
