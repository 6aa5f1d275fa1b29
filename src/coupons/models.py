from __future__ import annotations

import secrets
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Product
from catalog.translated import Translated
from coupons.person import Person
from money.discount import percentage_of

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read or heard as another


class NotTaken(Exception):  # noqa: N818 it reads as what happened
    """A code that cannot be used: it has ended, or has been used as often as it may be."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CouponQuerySet(models.QuerySet["Coupon"]):
    def offered(self) -> Self:
        """Those that shoppers may know of, with `ended` by the database's clock."""
        begun = Q(valid_from=None) | Q(valid_from__lte=Now())
        return self.filter(begun, active=True).annotate(ended=Q(valid_until__lte=Now()))

    def take(self, code: str, about: str, person: Person) -> None:
        """Count one use of a code for an order, in one conditional statement. Raises NotTaken."""
        unended = Q(valid_until=None) | Q(valid_until__gt=Now())
        self.offered().filter(unended, code=code)._take(code, about, person)

    def take_again(self, about: str) -> None:
        """Count the uses that an order had given back, if the limits still allow it: they were
        agreed on while the codes were valid. Raises NotTaken.
        """
        given_back = Redemption.objects.filter(about=about, given_back_at__isnull=False)
        for use in given_back.select_related("coupon").order_by("coupon_id"):
            person = Person(use.person, use.member)
            self.filter(pk=use.coupon_id)._take(use.coupon.code, about, person)

    @transaction.atomic
    def _take(self, code: str, about: str, person: Person) -> None:
        unused = Q(limit=None) | Q(used__lt=F("limit"))
        if not self.filter(unused).update(used=F("used") + 1):
            raise NotTaken(code)
        # The counter's row is locked from here on: nobody else can be counted meanwhile.
        coupon = Coupon.objects.get(code=code)
        if not coupon.is_for(person) or coupon.is_had_by(person):
            raise NotTaken(code)
        back = coupon.redemptions.filter(about=about, given_back_at__isnull=False)
        if not back.update(given_back_at=None, taken_at=Now()):
            coupon.redemptions.create(about=about, person=person.email, member=person.member)

    def issue(self, person: Person, **more: Any) -> Coupon:
        """A new code off the order that this person alone can use, and once."""
        letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
        code = "-".join(letters[at : at + 4] for at in (0, 4, 8))
        own = {"kind": Coupon.Kind.ORDER, "limit": 1, "only_for": person.email}
        coupon = self.create(code=code, **own, **more)
        coupon.refresh_from_db()
        return coupon

    def pass_on(self, old: str, new: str) -> None:
        """To a person's new hash, an unused code of their own; unless there has been one for that.

        So nobody uses more of these than they have addresses, whatever they change.
        """
        if not self.filter(only_for=new).exists():
            self.filter(only_for=old, used=0).update(only_for=new)

    @transaction.atomic
    def give_back(self, about: str) -> None:
        """Uncount what an order has used, once however often it is called."""
        used = Redemption.objects.filter(about=about, given_back_at=None)
        for use in used.order_by("coupon_id"):
            if used.filter(pk=use.pk).update(given_back_at=Now()):
                self.filter(pk=use.coupon_id).update(used=F("used") - 1)


class Coupon(models.Model):
    """A code that takes something off. Amounts are minor units, tax included."""

    class Kind(models.TextChoices):
        """In the order in which they are applied, each to what the ones before have left."""

        PRODUCT = "product", _("off some products")
        ORDER = "order", _("off the order")
        DELIVERY = "delivery", _("off the delivery")

    code = models.CharField(
        _("code"),
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+(-[A-Z0-9]+)*$", _("Capitals, digits, hyphens."))],
    )
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    percentage = models.PositiveIntegerField(
        _("percentage"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("In basis points: 1000 is 10%."),
    )
    amount = models.PositiveIntegerField(
        _("amount"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    limit = models.PositiveIntegerField(
        _("uses in all"), null=True, blank=True, help_text=_("Leave empty for no limit.")
    )
    limit_per_person = models.PositiveIntegerField(
        _("uses per person"), null=True, blank=True, help_text=_("Leave empty for no limit.")
    )
    minimum = models.PositiveIntegerField(_("goods from"), default=0)
    # The keyed hash (coupons.person) of the one email address whose orders it is for, if any.
    only_for = models.CharField(max_length=64, blank=True, editable=False)
    products = models.ManyToManyField(Product, blank=True, verbose_name=_("products"))
    categories = models.ManyToManyField(
        Category, blank=True, verbose_name=_("categories"), help_text=_("With all below them.")
    )
    active = models.BooleanField(_("active"), default=True)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)

    name = Translated("name")
    ended: bool | None  # of those that `offered` has found

    objects = CouponQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name, verbose_name_plural = _("coupon"), _("coupons")
        indexes = [
            models.Index(fields=["only_for"], condition=~Q(only_for=""), name="coupon_only_for")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(code=Upper("code")), name="coupon_code_in_capitals"),
            models.CheckConstraint(
                # IS NOT NULL is said: a CHECK that comes to NULL would hold.
                condition=Q(percentage__isnull=False, percentage__range=(1, 10_000), amount=None)
                | Q(percentage=None, amount__isnull=False, amount__gte=1),
                name="coupon_percentage_or_amount",
                violation_error_message=_("Give either a percentage or an amount."),
            ),
            models.CheckConstraint(
                condition=Q(limit=None) | Q(used__lte=F("limit")),
                name="coupon_used_within_limit",
                violation_error_message=_("It has been used more often than that."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_used_up(self) -> bool:
        return self.limit is not None and self.used >= self.limit

    def is_for(self, person: Person) -> bool:
        """Whether an order of this person may use it at all."""
        return self.only_for in {"", person.email}

    def is_had_by(self, person: Person) -> bool:
        """Whether this person has used it as often as one may."""
        if self.limit_per_person is None:
            return False
        same = Q(person=person.email)
        if person.member:
            same |= Q(member=person.member)
        uses = self.redemptions.filter(same, given_back_at=None)
        return uses.count() >= self.limit_per_person

    def off(self, whole: int) -> int:
        """What it takes off so many minor units: never more than all of it."""
        if self.percentage is not None:
            return percentage_of(whole, self.percentage)
        return min(self.amount or 0, whole)

    def covered(self, products: set[int]) -> set[int]:
        """Those of these products (ids) that it is for: all of them if it is for the order."""
        if self.kind != Coupon.Kind.PRODUCT:
            return products
        places = Category.objects.ids_below(*self.categories.values_list("pk", flat=True))
        fits = Q(pk__in=self.products.values("pk")) | Q(category__in=places)
        return set(Product.objects.filter(fits, pk__in=products).values_list("pk", flat=True))


class Redemption(models.Model):
    """One use of a code, by what it was for (an order's number) and by whom, as keyed hashes."""

    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="redemptions")
    about = models.CharField(max_length=40, db_index=True)
    person = models.CharField(max_length=64)
    member = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField(db_default=Now(), editable=False)
    given_back_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("redemption"), _("redemptions")
        indexes = [models.Index(fields=["coupon", "person"], name="redemption_person")]
        constraints = [models.UniqueConstraint(fields=["coupon", "about"], name="redemption_once")]

    def __str__(self) -> str:
        return f"{self.coupon} · {self.about}"
