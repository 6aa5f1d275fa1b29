from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.models import Coupon
from coupons.person import Person


class WelcomeOffer(models.Model):
    """The code that a new subscriber gets, once ever. A single row; without it there is none."""

    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    percentage = models.PositiveIntegerField(
        _("percentage"),
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("In basis points: 1000 is 10%."),
    )
    days = models.PositiveIntegerField(_("valid for days"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = verbose_name_plural = _("welcome code")

    def __str__(self) -> str:
        return self.name_en

    def issue(self, person: Person) -> Coupon:
        return Coupon.objects.issue(
            person,
            percentage=self.percentage,
            valid_until=Now() + timedelta(days=self.days),
            name_en=self.name_en,
            name_zh=self.name_zh,
        )
