"""What is asked before pieces come back: of the shopper, and of the editor who decides."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.fields import DeliveryField, NoteField
from orders.forms import OrderForm, PiecesForm
from orders.models import Order, OrderLine, ReturnLine, ReturnRequest


class AskForm(PiecesForm):
    """So many pieces of each line that can come back, and why."""

    note = forms.CharField(
        label=_("Anything we should know? (optional)"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        for line in self.lines:
            self._ask_about(line)
        self.order_fields([*(name for name in self.fields if name != "note"), "note"])

    def lines_of(self, order: Order) -> list[OrderLine]:
        return [line for line in order.lines.all() if line.refundable]

    def _ask_about(self, line: OrderLine) -> None:
        pieces: Any = self.fields[f"pieces-{line.pk}"]
        pieces.label = gettext("How many of %(n)s?") % {"n": line.refundable}
        pieces.widget = forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "off", "size": "3"}
        )
        pieces.error_messages |= {
            "invalid": _("Enter a quantity as a whole number, like 2."),
            "min_value": _("Enter a quantity as a whole number, like 2."),
        }
        self.fields[f"reason-{line.pk}"] = forms.ChoiceField(
            label=_("Why?"),
            choices=[("", _("Choose one")), *ReturnLine.Reason.choices],
            required=False,
            error_messages={"invalid_choice": _("Choose one of these reasons.")},
        )

    def clean(self) -> dict[str, Any]:
        for line in self.lines:
            n, reason = self._told(line)
            if n > line.refundable:
                words = gettext("At most %(n)s of these can come back.")
                self.add_error(f"pieces-{line.pk}", words % {"n": line.refundable})
            if n and not reason and f"reason-{line.pk}" not in self.errors:
                self.add_error(f"reason-{line.pk}", gettext("Say why."))
        if self.lines and not self.errors and not self.asked:
            self.add_error(f"pieces-{self.lines[0].pk}", gettext("Say what comes back."))
        return self.cleaned_data

    def _told(self, line: OrderLine) -> tuple[int, str]:
        told = self.cleaned_data
        return told.get(f"pieces-{line.pk}") or 0, told.get(f"reason-{line.pk}", "")

    @property
    def was_sent(self) -> bool:
        """Whether this very form has led to a request before."""
        if not self.is_bound:
            return False
        self.full_clean()
        form_id: Any = self.cleaned_data.get("form_id")
        return self.order.returns.filter(form_id=form_id).exists()

    @property
    def asked(self) -> dict[int, tuple[int, str]]:
        """(pieces, reason) by the line's id."""
        told = {line.pk: self._told(line) for line in self.lines}
        return {pk: (n, reason) for pk, (n, reason) in told.items() if n}

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row | {"reason": self[f"reason-{row['line'].pk}"]} for row in super().rows]


class DecideForm(OrderForm):
    """About the order's oldest open request; a second press finds the first one's."""

    asked = forms.ModelChoiceField(ReturnRequest.objects.none(), widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        field: Any = self.fields["asked"]
        field.queryset = order.returns.all()
        field.error_messages |= dict.fromkeys(
            ["required", "invalid_choice"], _("Open this page once more.")
        )
        self.request = order.returns.filter(state=ReturnRequest.State.ASKED).first()
        self.initial["asked"] = self.request and self.request.pk


class AcceptForm(DecideForm):
    why = NoteField()

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        self.fields["delivery"] = DeliveryField(order)
        self.lines = [each.line for each in self.request.lines.all()] if self.request else []
        for line in self.lines:
            self.fields[f"restock-{line.pk}"] = forms.BooleanField(
                label=_("%(title)s: back on the shelf") % {"title": line.title()},
                required=False,
                initial=line.held > 0,
            )

    @property
    def restock(self) -> set[int]:
        return {line.pk for line in self.lines if self.cleaned_data[f"restock-{line.pk}"]}


class RefuseForm(DecideForm):
    why = forms.CharField(
        label=_("Why not? The shopper reads this."),
        max_length=300,
        error_messages={"required": _("Say why not.")},
        widget=forms.Textarea({"rows": 3}),
    )
