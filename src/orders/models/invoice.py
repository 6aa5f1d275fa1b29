"""Invoices are numbered without gaps within each year, and no number is used twice."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders import pdf
from orders.models.order import Order


class InvoiceYear(models.Model):
    """How many invoices a year has. Its row's lock puts those who want a number in a queue."""

    year = models.PositiveIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class InvoiceManager(models.Manager["Invoice"]):
    def issue(self, order: Order, year: int) -> Invoice:
        """Give the order the next number of the year; call it inside the order's transaction.

        The number is counted and used in one transaction: undone together, they leave no gap.
        """
        InvoiceYear.objects.get_or_create(year=year)
        InvoiceYear.objects.filter(year=year).update(last=F("last") + 1)
        number = InvoiceYear.objects.get(year=year).last
        return self.create(order=order, year=year, number=number)


class Invoice(models.Model):
    """The order is its content: lines, prices and totals never change after placement."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="invoice")
    year = models.PositiveIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    issued_at = models.DateTimeField(_("issued"), db_default=Now(), editable=False)

    objects = InvoiceManager()

    class Meta:
        ordering = ["-year", "-number"]
        verbose_name, verbose_name_plural = _("invoice"), _("invoices")
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="invoice_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:05}"

    def get_absolute_url(self) -> str:
        """The page to print, for who placed the order."""
        return self.order.at("orders:invoice")

    @property
    def pdf_url(self) -> str:
        """The same as a file; empty where none can be made."""
        return self.order.at("orders:invoice-pdf") if pdf.can_be_made() else ""
