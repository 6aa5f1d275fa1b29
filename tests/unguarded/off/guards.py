"""Each function takes one guard away."""

import time
import uuid


def claiming():
    """Settle without the claim: whatever has become of the order, the money is taken."""
    from orders.flows import settlement
    from orders.models import Attempt

    def claim(attempt_id, provider, who):
        return Attempt.objects.select_related("order").get(pk=attempt_id)

    settlement._claim = claim


def asking():
    """Each time that PayPal is asked for a payment, it is with a request id of its own."""
    from payments.paypal_client import Client

    create = Client.create_order
    Client.create_order = lambda self, body, request_id: create(self, body, str(uuid.uuid4()))


def giving_back():
    """A hold that is read, decided on, and given back, without the order's lock."""
    from catalog.models import Variant
    from orders import views
    from orders.models import Order

    def cancel(order_id, who=None):
        order = Order.objects.get(pk=order_id)
        if order.state == Order.State.AWAITING:
            time.sleep(0.2)  # as a busy database would
            for line in order.lines.all():
                Variant.objects.give_back(line.variant_id, line.quantity)
                order.lines.filter(pk=line.pk).update(held=0)
            Order.objects.filter(pk=order_id).update(state=Order.State.CANCELLED)

    views.flows.cancel = cancel


def members():
    """A member's cart is read, and written a little later, without its lock."""
    from cart.keepers import Member
    from cart.models import MemberCart

    def locked(self):
        MemberCart.objects.get_or_create(pk=self.member_id)
        return self.session.locked()

    read = Member.read

    def slowly(self):
        kept = read(self)
        time.sleep(0.05)  # as a busy database would
        return kept

    Member.locked, Member.read = locked, slowly
