"""What an editor is asked before an order is worked."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from money.currency import major
from orders import flows
from orders.fields import DeliveryField, NoteField
from orders.models import Carrier, Order, OrderLine, Refund
from web.deed import DeedForm
from web.forms import OnceField
from web.templatetags.shop import price


class OrderForm(DeedForm):
    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        self.order = order


class ReasonForm(OrderForm):
    why = NoteField()


class PiecesForm(OrderForm):
    """A number of pieces of each line; `form_id` makes a second press find the first."""

    form_id = OnceField()

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        self.lines = self.lines_of(order)
        for line in self.lines:
            self.fields[f"pieces-{line.pk}"] = forms.IntegerField(
                label=line.title(),
                min_value=0,
                required=False,
                initial=self.suggested(line),
                widget=forms.NumberInput({"inputmode": "numeric"}),
            )

    def lines_of(self, order: Order) -> list[OrderLine]:
        return list(order.lines.all())

    def suggested(self, line: OrderLine) -> int:
        return 0

    @property
    def pieces(self) -> dict[int, int]:
        return {line.pk: self.cleaned_data[f"pieces-{line.pk}"] or 0 for line in self.lines}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each line with its fields, for the template's table."""
        return [{"line": line, "pieces": self[f"pieces-{line.pk}"]} for line in self.lines]


class ShipForm(PiecesForm):
    carrier = forms.ModelChoiceField(Carrier.objects.all(), label=_("Carrier"))
    tracking = forms.CharField(max_length=80, required=False, label=_("Tracking number"))

    def suggested(self, line: OrderLine) -> int:
        return line.held


class RefundForm(PiecesForm):
    why = NoteField()

    def __init__(self, order: Order, data: Any = None, *, everything: bool = False) -> None:
        self.everything = everything
        super().__init__(order, data)
        self.fields["delivery"] = DeliveryField(order)
        for line in self.lines:
            self.fields[f"restock-{line.pk}"] = forms.BooleanField(
                label=_("%(title)s: back on the shelf") % {"title": line.title()},
                required=False,
                initial=line.held > 0,
            )
        if everything:
            self.initial["delivery"] = str(major(order.delivery_left, order.currency))

    def suggested(self, line: OrderLine) -> int:
        return line.refundable if self.everything else 0

    @property
    def restock(self) -> set[int]:
        return {line.pk for line in self.lines if self.cleaned_data[f"restock-{line.pk}"]}

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row | {"restock": self[f"restock-{row['line'].pk}"]} for row in super().rows]


class RefundChoice(forms.ModelChoiceField):
    def label_from_instance(self, refund: Refund) -> str:
        currency = refund.capture.attempt.currency
        words = (price(refund.amount, currency), refund.get_state_display(), refund.trouble)
        return " · ".join(str(each) for each in words if each)


class FailedForm(OrderForm):
    """Which of the order's failed refunds."""

    refund = RefundChoice(Refund.objects.none(), label=_("Refund"), empty_label=None)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        field: Any = self.fields["refund"]
        # Of a second press the refund has not failed any more, and is answered all the same.
        field.queryset = order.refunds if data else self.offered(order)

    def offered(self, order: Order) -> QuerySet[Refund]:
        return order.refunds.filter(state=Refund.State.FAILED)


class ByHandForm(FailedForm):
    """Or of those whose provider is switched off."""

    why = NoteField()

    def offered(self, order: Order) -> QuerySet[Refund]:
        return flows.stuck_refunds(order)
