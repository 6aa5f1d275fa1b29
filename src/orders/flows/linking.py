"""Link: orders that a person placed as a guest become the member's."""

from typing import Any

from allauth.account.models import EmailAddress

from orders.models import Order


def link(member: Any) -> int:
    """Give the member the guests' orders of their verified addresses; return how many.

    Safe to repeat. An address that nobody has proved brings nothing, and what is linked stays so.
    """
    verified = EmailAddress.objects.filter(user=member, verified=True)
    emails = {email.lower() for email in verified.values_list("email", flat=True)}
    return Order.objects.of_address(emails).filter(member=None).update(member=member)
