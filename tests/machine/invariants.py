"""What stays true after every step, and what has become true once everything is quiet."""

from collections import Counter, defaultdict

from hypothesis.stateful import invariant

from coupons.models import Coupon, Redemption
from machine.world import PAID, World
from orders.models import (
    Attempt,
    Capture,
    Invoice,
    Order,
    OrderLine,
    Refund,
    ReturnRequest,
)
from outbox.models import Message

ALL = [
    *("discounts", "attempts__captures", "events", "shipments", "returns"),
    *("lines__shipped", "lines__refunds", "lines__returns__request"),
]
MOVED = {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}


def snapshot(order):
    changing = {"held", "fulfilled", "refunded", "written_off", "restocked", "asked_back"}
    fixed = [f.attname for f in OrderLine._meta.concrete_fields if f.name not in changing]
    lines = sorted([getattr(line, name) for name in fixed] for line in order.lines.all())
    names = ("goods", "discount", "delivery_price", "delivery_discount", "tax", "total", "currency")
    return lines, [getattr(order, name) for name in names]


def _pieces(rows):
    return {each.line_id: each.quantity for each in rows.lines.all()}


class Always(World):
    def read_all(self):
        """Once for all that follows."""
        self.orders = list(Order.objects.prefetch_related(*ALL))
        self.lines = [line for order in self.orders for line in order.lines.all()]

    @invariant()
    def all_is_well(self):
        self.read_all()
        self.stock_is_never_negative_and_no_piece_is_lost()
        self.who_has_ended_holds_nothing_and_who_waits_holds_all()
        self.every_piece_of_a_paid_order_is_somewhere()
        self.no_piece_is_asked_back_twice()
        self.an_order_is_sent_once_nothing_is_left_to_send()
        self.an_order_adds_up()
        self.codes_are_used_as_often_as_they_may_and_by_live_orders()
        self.a_token_has_one_order()
        self.what_is_paid_is_captured_and_no_more()
        self.paypal_never_takes_more_than_an_order_costs()
        self.an_attempt_has_one_order_at_paypal()
        self.no_more_is_given_back_than_was_taken()
        self.what_was_ordered_never_changes()
        self.each_mail_is_written_once_with_the_change_it_tells_of()
        self.invoices_have_no_gaps()
        self.nothing_unforeseen_happened()

    def stock_is_never_negative_and_no_piece_is_lost(self):
        pieces = dict.fromkeys(self.should_be, 0)
        for line in self.lines:
            kept = line.held + line.fulfilled + line.written_off - line.restocked
            pieces[line.variant_id] += kept
        for pk, stock in self.stocks().items():
            if stock is not None:
                assert stock >= 0
                assert stock + pieces[pk] == self.should_be[pk]

    def who_has_ended_holds_nothing_and_who_waits_holds_all(self):
        for line in self.lines:
            if line.order.state not in PAID:
                assert line.held == (line.quantity if line.order.state == "awaiting" else 0)
                assert line.fulfilled == line.refunded == 0

    def every_piece_of_a_paid_order_is_somewhere(self):
        for line in (line for line in self.lines if line.order.state in PAID):
            back = sum(each.quantity for each in line.refunds.all() if each.restock)
            unsent = back - line.restocked  # back on the shelf without having been away
            assert unsent >= 0
            assert line.held + line.fulfilled + line.written_off + unsent == line.quantity
            assert line.fulfilled == sum(each.quantity for each in line.shipped.all())
            assert line.refunded == sum(each.quantity for each in line.refunds.all())

    def no_piece_is_asked_back_twice(self):
        for line in self.lines:
            open_ = [each for each in line.returns.all() if each.request.is_open]
            assert line.asked_back == sum(each.quantity for each in open_)
            assert line.asked_back + line.refunded <= line.quantity
        for asked in ReturnRequest.objects.prefetch_related("lines", "refund__lines"):
            assert (asked.refund is not None) == (asked.state == "accepted")
            if asked.refund:
                assert _pieces(asked) == _pieces(asked.refund)

    def an_order_is_sent_once_nothing_is_left_to_send(self):
        for order in (order for order in self.orders if order.state in PAID):
            left = any(line.held for line in order.lines.all())
            sent = any(line.fulfilled for line in order.lines.all())
            assert order.state == ("fulfilled" if sent and not left else "paid")

    def an_order_adds_up(self):
        for order in self.orders:
            lines, off = list(order.lines.all()), sum(d.amount for d in order.discounts.all())
            delivery = order.delivery_price - order.delivery_discount
            assert order.total == order.goods - order.discount + delivery
            assert order.goods == sum(line.total for line in lines)
            assert order.discount == sum(line.discount for line in lines)
            assert off == order.discounted

    def codes_are_used_as_often_as_they_may_and_by_live_orders(self):
        live = [order for order in self.orders if order.state in {"awaiting", *PAID}]
        expected = [(order.number, off.code) for order in live for off in order.discounts.all()]
        used = list(Redemption.objects.filter(given_back_at=None).select_related("coupon"))
        assert sorted((use.about, use.coupon.code) for use in used) == sorted(expected)
        for coupon in Coupon.objects.all():
            persons = Counter(use.person for use in used if use.coupon_id == coupon.pk)
            assert coupon.used == sum(persons.values()) <= (coupon.limit or coupon.used)
            most = coupon.limit_per_person or coupon.used
            assert all(times <= most for times in persons.values())

    def a_token_has_one_order(self):
        tokens = [order.checkout_token for order in self.orders]
        assert len(tokens) == len(set(tokens))

    def what_is_paid_is_captured_and_no_more(self):
        for order in self.orders:
            of_all = [(each, a) for a in order.attempts.all() for each in a.captures.all()]
            captures = [(each.amount, a.currency) for each, a in of_all if not each.surplus]
            captured = sum(amount for amount, _currency in captures)
            assert captured == (order.total if order.state in PAID else 0)
            assert {currency for _amount, currency in captures} <= {order.currency}

    def paypal_never_takes_more_than_an_order_costs(self):
        taken = Counter()
        for row in self.ledger()["captures"]:
            taken[row["invoice_id"]] += row["minor"] if row["status"] != "DECLINED" else 0
        for order in self.orders:
            assert taken[order.number] <= order.total

    def an_attempt_has_one_order_at_paypal(self):
        made = Counter(row["custom_id"] for row in self.ledger()["orders"])
        assert set(made.values()) <= {1}

    def no_more_is_given_back_than_was_taken(self):
        for row in self.ledger()["captures"]:
            assert row["refunded_minor"] <= row["minor"]
        for capture in Capture.objects.prefetch_related("refunds"):
            live = [each.amount for each in capture.refunds.all() if each.state != "failed"]
            assert sum(live) <= capture.amount
        for order in self.orders:
            owed = sum(each.amount for line in order.lines.all() for each in line.refunds.all())
            assert owed + order.delivery_refunded <= order.total

    def what_was_ordered_never_changes(self):
        for order in self.orders:
            now = snapshot(order)
            assert now == self.snapshots.setdefault(order.pk, now)

    def each_mail_is_written_once_with_the_change_it_tells_of(self):
        due = Counter()
        done = Refund.objects.filter(state="done")
        refunded = Counter(done.values_list("capture__attempt__order", flat=True))
        for order in self.orders:
            offline = any(attempt.provider == "offline" for attempt in order.attempts.all())
            happened = {event.kind for event in order.events.all()}
            due["placed", order.number] = offline
            due["paid", order.number] = order.state in PAID
            due["shipped", order.number] = len(order.shipments.all())
            due["refunded", order.number] = refunded[order.pk]
            due["return_asked", order.number] = len(order.returns.all())
            refused = sum(each.state == "refused" for each in order.returns.all())
            due["return_refused", order.number] = refused
            told = offline or "changed" not in {event.why for event in order.events.all()}
            due["cancelled", order.number] = "cancelled" in happened and told
        assert self._written() == +due

    def _written(self):
        numbers = {f"order-event:{e.pk}": o.number for o in self.orders for e in o.events.all()}
        of_orders = Message.objects.filter(about__startswith="order-event:")
        return Counter((each.kind, numbers[each.about]) for each in of_orders)

    def invoices_have_no_gaps(self):
        numbers = sorted(Invoice.objects.values_list("number", flat=True))
        paid = sum(order.state in PAID for order in self.orders)
        assert numbers == list(range(1, paid + 1))

    def nothing_unforeseen_happened(self):
        assert self.failures.seen == []


class AtRest(World):
    def assert_at_rest(self, sent):
        self.nothing_is_under_way()
        self.every_capture_at_paypal_is_booked_or_given_back()
        self.the_books_and_the_ledger_agree()
        self.nobody_is_sent_to_a_payment_that_is_over()
        self.each_mail_came_once(sent)

    def nothing_is_under_way(self):
        attempts = Attempt.objects.filter(state__in=["capturing", "pending"])
        assert list(attempts.values()) == []
        assert list(Refund.objects.filter(state__in=["due", "pending"]).values()) == []

    def every_capture_at_paypal_is_booked_or_given_back(self):
        for row in self.ledger()["captures"]:
            if row["status"] in MOVED:
                booked = Capture.objects.get(capture_id=row["id"])
                order = booked.attempt.order
                is_paid_for = order.state in PAID and not booked.surplus
                assert booked.amount == row["minor"]
                assert is_paid_for or row["refunded_minor"] == row["minor"]
                assert order.number == row["invoice_id"]

    def the_books_and_the_ledger_agree(self):
        captures = Capture.objects.filter(attempt__provider="paypal")
        refunds = Refund.objects.filter(capture__attempt__provider="paypal", state="done")
        rows = self.ledger()
        moved = {row["id"]: row["minor"] for row in rows["captures"] if row["status"] in MOVED}
        assert dict(captures.values_list("capture_id", "amount")) == moved
        back = {row["id"]: row["minor"] for row in rows["refunds"]}
        assert dict(refunds.values_list("provider_refund_id", "amount")) == back

    def nobody_is_sent_to_a_payment_that_is_over(self):
        over = {row["id"] for row in self.ledger()["orders"] if row["status"] == "COMPLETED"}
        waiting = Attempt.objects.filter(state__in=Attempt.OPEN, order__state="awaiting")
        assert not over & set(waiting.values_list("provider_order_id", flat=True))

    def each_mail_came_once(self, sent):
        """A mail that is sent again after a crash carries the same Message-ID."""
        came = defaultdict(set)
        for mail in sent:
            came[mail.extra_headers["Message-ID"]].add((mail.to[0], mail.subject))
        assert set(came) == set(Message.objects.values_list("message_id", flat=True))
        assert all(len(mails) == 1 for mails in came.values())
