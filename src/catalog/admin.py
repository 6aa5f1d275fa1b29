from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.db.models import Count, ImageField, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog import search, tasks
from catalog.forms import AddressedForm, ChoicesField, VariantForm, VariantFormSet
from catalog.models import Category, Option, OptionValue, Picture, Product, TaxClass, Variant
from outbox.doorbell import ring
from uploads.admin import TakesFiles
from uploads.forms import PhotographField
from web.templatetags.shop import price


class FileWidget(AdminFileWidget):
    use_fieldset = False  # its one field has a label, which a legend alone would not be


PHOTOGRAPH: dict[str, Any] = {"widget": FileWidget, "form_class": PhotographField}


def thumbnail(picture: Picture | None) -> SafeString | str:
    """What the picture shows is said beside it."""
    if not picture or not picture.image:
        return "–"
    return format_html('<img class="thumb" src="{}" alt="" width="56" height="56">', picture.plain)


def view_in_shop(thing: Any) -> SafeString:
    words = _("View in shop")
    hidden = format_html('<span class="visually-hidden">: {}</span>', thing)
    return format_html('<a href="{}">{}{}</a>', thing.get_absolute_url(), words, hidden)


@admin.register(Picture)
class PictureAdmin(TakesFiles, admin.ModelAdmin):
    list_display = ["shown", "__str__", "product"]
    list_display_links = ["__str__"]
    list_select_related = ["product"]
    formfield_overrides = {ImageField: PHOTOGRAPH}
    search_fields = ["alt_en", "alt_zh", "product__name_en", "product__name_zh"]
    fields = ["image", "shown", ("alt_en", "alt_zh"), ("product", "position"), "values"]
    readonly_fields = ["shown"]

    @admin.display(description=_("picture"))
    def shown(self, picture: Picture) -> SafeString | str:
        return thumbnail(picture)

    def save_model(self, request: HttpRequest, obj: Picture, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        ring(tasks.render, obj.pk)


class ChoosingInline(admin.StackedInline):
    """Rows that name choices of the product they are edited with."""

    extra = 0

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs |= {
            "queryset": _values_of(request),
            "widget": CheckboxSelectMultiple,
            "form_class": ChoicesField,
            "help_text": _("Offered once the product's options and their choices are saved."),
        }
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class VariantInline(ChoosingInline):
    model = Variant
    form = VariantForm
    formset = VariantFormSet
    min_num = 1
    extra = 1  # as many as can be added at once without JavaScript
    fields = [
        ("sku", "active", "position"),
        ("price", "compare_at"),
        ("stock", "restock", "weight"),
        "values",
    ]


class PictureInline(ChoosingInline):
    model = Picture
    formfield_overrides = {ImageField: PHOTOGRAPH}
    extra = 2
    fields = ["image", ("shown", "position"), ("alt_en", "alt_zh"), "values"]
    readonly_fields = ["shown"]

    @admin.display(description=_("now"))
    def shown(self, picture: Picture) -> SafeString | str:
        return thumbnail(picture)


class OptionInline(admin.StackedInline):
    model = Option
    extra = 1
    show_change_link = True
    fields = [("name_en", "name_zh"), ("code", "position")]


class OptionValueInline(admin.StackedInline):
    model = OptionValue
    extra = 3
    fields = [("name_en", "name_zh"), ("code", "position")]


def _values_of(request: HttpRequest) -> QuerySet[OptionValue]:
    """The choices of the product whose form this is."""
    product = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
    values = OptionValue.objects.select_related("option__product")
    return values.filter(option__product=product) if product else values.none()


@admin.register(Option)
class OptionAdmin(admin.ModelAdmin):
    inlines = [OptionValueInline]
    list_display = ["__str__", "code"]
    list_select_related = ["product"]
    fields = ["product", ("name_en", "name_zh"), ("code", "position")]

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        search.index(Product.objects.filter(pk=form.instance.product_id))


@admin.register(Product)
class ProductAdmin(TakesFiles, admin.ModelAdmin):
    form = AddressedForm
    inlines = [OptionInline, VariantInline, PictureInline]
    list_display = [
        *("shown", "name_en", "name_zh", "in_shop"),
        *("category", "costs", "stock", "on_home"),
    ]
    show_full_result_count = False  # it counts every product once more
    list_display_links = ["name_en", "name_zh"]
    list_select_related = ["category"]
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
        (_("In the shop"), {"fields": [("active", "featured", "position")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).prefetch_related("variants", "pictures")

    @admin.display(description=_("picture"))
    def shown(self, product: Product) -> SafeString | str:
        return thumbnail(product.main_picture)

    @admin.display(description=_("price"))
    def costs(self, product: Product) -> str:
        prices = sorted({variant.price for variant in product.variants.all()})
        return " – ".join(price(each) for each in sorted({*prices[:1], *prices[-1:]}))

    @admin.display(description=_("stock"))
    def stock(self, product: Product) -> str:
        """Of each variant in words: editors see at once what is short."""
        found = [
            str(variant.availability.label if variant.stock in {None, 0} else variant.stock)
            for variant in product.variants.all()
        ]
        return ", ".join(found)

    @admin.display(description=_("on the home page"), ordering="featured")
    def on_home(self, product: Product) -> str:
        return gettext("Yes") if product.featured else "–"

    @admin.display(description=_("in the shop"))
    def in_shop(self, product: Product) -> SafeString | str:
        buyable = any(variant.active for variant in product.variants.all())
        return view_in_shop(product) if product.active and buyable else "–"

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        search.index(Product.objects.filter(pk=form.instance.pk))
        for pk in form.instance.pictures.values_list("pk", flat=True):
            ring(tasks.render, pk)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    form = AddressedForm
    list_display = ["shown", "name_en", "name_zh", "parent", "position", "number", "in_shop"]
    list_display_links = ["name_en", "name_zh"]
    list_select_related = ["parent", "picture"]
    fields = [
        *(("name_en", "name_zh"), ("text_en", "text_zh")),
        *("slug", "parent", "position", "picture"),
    ]
    search_fields = ["name_en", "name_zh"]
    prepopulated_fields = {"slug": ["name_en"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return super().get_queryset(request).annotate(number=Count("products"))

    @admin.display(description=_("picture"))
    def shown(self, category: Category) -> SafeString | str:
        return thumbnail(category.picture)

    @admin.display(description=_("products"), ordering="number")
    def number(self, category: Any) -> int:
        return category.number

    @admin.display(description=_("in the shop"))
    def in_shop(self, category: Category) -> SafeString:
        return view_in_shop(category)

    def save_model(
        self, request: HttpRequest, obj: Category, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        search.index(Product.objects.filter(category__in=obj.ids_below()))


admin.site.register(TaxClass, list_display=["code", "name_en", "rate"])
