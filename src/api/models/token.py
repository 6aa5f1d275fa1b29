from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.clock import after

NOTED = timedelta(minutes=1)  # how exactly it is noted when a token was used last


class Scope(models.TextChoices):
    """What a token may be used for; whose it is may do more by other ways, and never less."""

    CART = "cart", _("Cart, wishlist and checkout")
    ORDERS = "orders", _("Your orders, payments and returns")
    ACCOUNT = "account", _("Your name, addresses and letters")
    STOCK = "stock", _("Stock and prices of the shop")
    FULFILMENT = "fulfilment", _("Orders to fulfil, and their parcels")

    @classmethod
    def of(cls, member: Any) -> list[Scope]:
        """Those that a member has any use for."""
        return [each for each in cls if each.is_for(member)]

    def is_for(self, member: Any) -> bool:
        needs = NEEDS.get(self)
        return needs is None or (member.is_staff and member.has_perm(needs))


NEEDS = {Scope.STOCK: "catalog.change_variant", Scope.FULFILMENT: "orders.ship_order"}


class TokenQuerySet(models.QuerySet["Token"]):
    def good(self) -> Self:
        """Those that have not lapsed, by the database's clock, of people who may still sign in."""
        return self.filter(expires_at__gt=Now(), member__is_active=True)

    def of(self, secret: str) -> Token | None:
        return self.good().select_related("member").filter(digest=digest(secret)).first()

    def make(self, member: Any, *, days: int, **more: Any) -> tuple[Token, str]:
        """A new token, and its secret: nobody can read that again."""
        secret = PREFIX + secrets.token_urlsafe(32)  # 256 bits: a plain digest is enough
        expires = after(timedelta(days=days))
        made = self.create(member=member, digest=digest(secret), expires_at=expires, **more)
        made.refresh_from_db()
        return made, secret


PREFIX = "shop_"  # so that whoever finds one, a person or a scanner, sees what it is


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


class Token(models.Model):
    """Lets a program act for a member, within its scopes and for a time. Deleted, it ends."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name=_("member")
    )
    name = models.CharField(_("what it is for"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("what it may do"), default=list)
    # Of the form that asked for it: a second press makes no second token.
    once = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("good until"), editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("token"), _("tokens")

    def __str__(self) -> str:
        return self.name

    @property
    def scope_names(self) -> list[str]:
        return [str(each.label) for each in Scope if each in self.scopes]

    def note_use(self) -> None:
        lately = Q(used_at__gt=after(-NOTED))
        Token.objects.filter(pk=self.pk).exclude(lately).update(used_at=Now())
