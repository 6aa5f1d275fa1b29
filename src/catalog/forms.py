from itertools import count
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Variant
from money.currency import major, parse
from web.forms import Form, RowsField


class AmountField(forms.CharField):
    """An amount as people type it; cleaned to minor units of the shop's currency, or None."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput)
        super().__init__(max_length=20, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "size": "6"}

    def prepare_value(self, value: Any) -> Any:
        """Minor units as a person writes them; what was typed stays as it is."""
        return str(major(value, settings.SHOP_CURRENCY)) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return parse(text, settings.SHOP_CURRENCY) if text else None
        except ValueError as error:
            message = _("Write an amount in figures, such as 24 or 24.50.")
            raise forms.ValidationError(message) from error


SORTS = [
    ("", pgettext_lazy("order of products", "Our order")),
    ("price-up", _("Price, lowest first")),
    ("price-down", _("Price, highest first")),
    ("newest", _("Newest first")),
    ("name", _("Name")),
]
SEARCH_SORTS = [("best", _("Best match")), *SORTS[1:]]


class BrowseForm(Form):
    """The filters of a list that do not depend on what is in it. Sent by GET."""

    sort = forms.CharField(label=_("Sort by"), required=False, widget=forms.Select)
    min = AmountField(label=pgettext_lazy("lowest price", "From"), required=False)
    max = AmountField(label=pgettext_lazy("highest price", "To"), required=False)
    available = forms.BooleanField(label=_("Only what can be had now"), required=False)

    def __init__(self, data: Any, searched: bool) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.fields["sort"].widget.choices = SEARCH_SORTS if searched else SORTS

    def clean(self) -> dict[str, Any]:
        low, high = self.cleaned_data.get("min"), self.cleaned_data.get("max")
        if low is not None and high is not None and low > high:
            self.add_error("max", _("The highest price is below the lowest."))
        return self.cleaned_data


class ChoicesField(RowsField):
    """Choices of one product, which is not named again."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.option.name}: {obj.name}"


class AddressedForm(forms.ModelForm):
    """Makes the address from the English name where an editor leaves it empty."""

    named_by = "name_en"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Leave empty to make it from the English name.")

    def clean_slug(self) -> str:
        wanted = self.cleaned_data["slug"] or slugify(self.data.get(self.named_by, ""))[:40]
        if not wanted:
            raise forms.ValidationError(_("Write an address: letters, digits and hyphens."))
        return wanted if self.cleaned_data["slug"] else self._free(wanted)

    def _free(self, slug: str) -> str:
        taken = set(
            self._meta.model._default_manager.exclude(pk=self.instance.pk)
            .filter(slug__startswith=slug)
            .values_list("slug", flat=True)
        )
        numbered = (f"{slug}-{n}" for n in count(2))
        return slug if slug not in taken else next(n for n in numbered if n not in taken)


class VariantForm(forms.ModelForm):
    """Stock is changed by pieces: shoppers buy while the form is open."""

    price = AmountField(
        label=_("Price"), help_text=_("As people write it: 24 or 24.50. Tax included.")
    )
    compare_at = AmountField(
        label=_("Price before"),
        required=False,
        help_text=_("Only for a sale: shown struck through."),
    )
    restock = forms.IntegerField(
        label=_("Restock"),
        required=False,
        help_text=_("Pieces to add; with a minus, to take away."),
    )

    class Meta:
        model = Variant
        exclude: list[str] = []  # noqa: DJ006 the inline shows them all

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.pk is not None
        self.fields["stock"].disabled = known
        if not known:
            self.fields["restock"].widget = forms.HiddenInput()

    def clean_restock(self) -> int:
        pieces = self.cleaned_data["restock"] or 0
        if pieces < 0:
            # Locked until the form is saved: nobody buys in between what is taken away here.
            now = Variant.objects.select_for_update().filter(pk=self.instance.pk).first()
            if now is None or (now.stock or 0) < -pieces:
                raise forms.ValidationError(_("There are not that many to take away."))
        return pieces

    def save(self, commit: bool = True) -> Variant:
        pieces = self.cleaned_data.get("restock")
        if self.instance.pk is None or not commit:
            return super().save(commit)
        fields = [f.name for f in Variant._meta.concrete_fields if not f.primary_key]
        fields.remove("stock")
        super().save(commit=False).save(update_fields=fields)
        self.save_m2m()
        if pieces:
            Variant.objects.restock(self.instance.pk, pieces)
        return self.instance


class VariantFormSet(forms.BaseInlineFormSet):
    """No two variants are the same choice, and none is two values of one option."""

    def clean(self) -> None:
        super().clean()
        seen: set[frozenset[int]] = set()
        for form in self.forms:
            values = form.cleaned_data.get("values") if hasattr(form, "cleaned_data") else None
            if values is None or form.cleaned_data.get("DELETE"):
                continue
            if len({value.option_id for value in values}) < len(values):
                form.add_error("values", _("Choose one value of each option."))
            chosen = frozenset(value.pk for value in values)
            if chosen in seen and self._has_options():
                form.add_error("values", _("Another variant has the same choices."))
            seen.add(chosen)

    def _has_options(self) -> bool:
        return self.instance.pk is not None and self.instance.options.exists()
