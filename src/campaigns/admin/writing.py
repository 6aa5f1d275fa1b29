"""The forms in which a campaign and its blocks are written."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.models import Block, Campaign
from coupons.models import Coupon
from web.forms import LineField, RowsField

NEEDED = {
    Block.Kind.TEXT: ("text_en", "text_zh"),
    Block.Kind.PICTURE: ("picture",),
    Block.Kind.PRODUCTS: ("products",),
    Block.Kind.BUTTON: ("text_en", "text_zh", "address"),
}


class CampaignForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ["subject_en"]  # the admin says which
        field_classes = dict.fromkeys(
            ("subject_en", "subject_zh", "preheader_en", "preheader_zh"), LineField
        ) | dict.fromkeys(("products", "categories"), RowsField)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if coupon := self.fields.get("coupon"):
            # Those of one person alone would be told to everybody.
            coupon.queryset = Coupon.objects.filter(only_for="", active=True)  # type: ignore[attr-defined]


class BlockForm(forms.ModelForm):
    class Meta:
        model = Block
        fields = ["kind"]  # the inline says which
        field_classes = {"products": RowsField}

    def clean(self) -> dict[str, Any]:
        """A block has what its kind shows."""
        found = super().clean() or {}
        for name in NEEDED.get(found.get("kind", ""), ()):
            if name in self.fields and name not in self.errors and not found.get(name):
                self.add_error(name, _("A block of this kind needs this."))
        return found


class BlockInline(admin.StackedInline):
    model, form = Block, BlockForm
    extra = 3  # as many as can be added at once without JavaScript
    fields = [
        ("kind", "position"),
        ("text_en", "text_zh"),
        *("picture", "products", "address"),
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or obj.is_open)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_open)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_open)
