from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from orders.models.attempt import Attempt
from orders.models.guest import session_hash
from orders.models.number import new_secret

if TYPE_CHECKING:
    from orders.models.order import Order


class OrderQuerySet(models.QuerySet["Order"]):
    def opened(self, number: str, secret: str, user: Any) -> Order | None:
        """The order for who has its secret, or is its member and signed in; None for others.

        It takes as long to say that there is none.
        """
        plain = number.replace("\0", "")  # PostgreSQL takes no such byte
        order = self.filter(number=plain).first()
        expected = order.secret if order else new_secret()
        if secrets.compare_digest(secret.encode(), expected.encode()):
            return order
        if order and user.is_authenticated and order.member_id == user.pk:
            order.keyless = True
            return order
        return None

    def of_session(self, session_key: str | None) -> Self:
        """Those that a guest has placed in this session."""
        mine = self.filter(member=None, session_hash=session_hash(session_key or ""))
        return mine if session_key else self.none()

    def of_address(self, emails: Collection[str]) -> Self:
        """Those placed with one of these addresses, which are in small letters."""
        return self.alias(small=Lower("email")).filter(small__in=emails)

    def of(self, member: Any, emails: set[str]) -> Self:
        """A person's: placed as this member, or by a guest with one of these small addresses."""
        guest = Q(member=None, small__in=emails)
        found = self.alias(small=Lower("email"))
        return found.filter(guest | Q(member=member) if member else guest)

    def overdue(self) -> Self:
        """Unpaid past their hold, by the database's clock, with no money under way."""
        moving = Attempt.objects.filter(order=models.OuterRef("pk"), state__in=Attempt.BUSY)
        return self.filter(~models.Exists(moving), state="awaiting", hold_until__lt=Now())
