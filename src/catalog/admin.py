from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import HiddenInput, IntegerField, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog import search, tasks
from catalog.models import Category, Option, OptionValue, Picture, Product, TaxClass, Variant
from outbox.doorbell import ring


@admin.register(Picture)
class PictureAdmin(admin.ModelAdmin):
    list_display = ["__str__", "product", "image"]
    autocomplete_fields = ["product"]

    def save_model(self, request: HttpRequest, obj: Picture, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        ring(tasks.render, obj.pk)


class VariantForm(ModelForm):
    """Stock is changed by pieces: shoppers buy while the form is open."""

    restock = IntegerField(
        label=_("restock"),
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
            self.fields["restock"].widget = HiddenInput()

    def clean_restock(self) -> int:
        pieces = self.cleaned_data["restock"] or 0
        if pieces < 0:
            # Locked until the form is saved: nobody buys in between what is taken away here.
            now = Variant.objects.select_for_update().filter(pk=self.instance.pk).first()
            if now is None or (now.stock or 0) < -pieces:
                raise ValidationError(_("There are not that many to take away."))
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


class ChoosingInline(admin.StackedInline):
    """Rows that name choices of the product they are edited with."""

    extra = 0

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = _values_of(request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class VariantInline(ChoosingInline):
    model = Variant
    form = VariantForm
    min_num = 1


class PictureInline(ChoosingInline):
    model = Picture


class OptionInline(admin.TabularInline):
    model = Option
    extra = 0
    show_change_link = True


class OptionValueInline(admin.TabularInline):
    model = OptionValue
    extra = 1


def _values_of(request: HttpRequest) -> QuerySet[OptionValue]:
    """The choices of the product whose form this is."""
    product = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
    values = OptionValue.objects.select_related("option__product")
    return values.filter(option__product=product) if product else values.none()


@admin.register(Option)
class OptionAdmin(admin.ModelAdmin):
    inlines = [OptionValueInline]
    list_display = ["__str__", "code"]

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        search.index(Product.objects.filter(pk=form.instance.product_id))


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    inlines = [OptionInline, VariantInline, PictureInline]
    list_display = ["name_en", "name_zh", "category", "active", "featured"]
    list_filter = ["category", "active", "featured"]
    search_fields = ["name_en", "name_zh", "variants__sku"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": [("name_en", "name_zh"), "slug", "category", "tax_class"]}),
        (
            _("Texts"),
            {
                "fields": [
                    ("text_en", "text_zh"),
                    ("care_en", "care_zh"),
                    ("origin_en", "origin_zh"),
                ]
            },
        ),
        (_("In the shop"), {"fields": ["active", "featured", "position"]}),
    ]

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        search.index(Product.objects.filter(pk=form.instance.pk))
        for pk in form.instance.pictures.values_list("pk", flat=True):
            ring(tasks.render, pk)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_zh", "parent", "position"]
    list_editable = ["position"]
    search_fields = ["name_en", "name_zh"]
    prepopulated_fields = {"slug": ["name_en"]}

    def save_model(
        self, request: HttpRequest, obj: Category, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        search.index(Product.objects.filter(category__in=obj.ids_below()))


admin.site.register(TaxClass, list_display=["code", "name_en", "rate"])
