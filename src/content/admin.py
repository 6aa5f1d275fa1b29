from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.admin import view_in_shop
from catalog.forms import AddressedForm
from content.figures import figures, unknown
from content.models import Home, Page


@admin.register(Home)
class HomeAdmin(admin.ModelAdmin):
    fields = [("sentence_en", "sentence_zh"), "picture"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Home.objects.exists() and super().has_add_permission(request)


class PageForm(AddressedForm):
    named_by = "title_en"

    def clean_text_en(self) -> str:
        return self._with_known_figures("text_en")

    def clean_text_zh(self) -> str:
        return self._with_known_figures("text_zh")

    def _with_known_figures(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        if found := unknown(text):
            words = gettext("There is no figure named %(name)s. There are: %(names)s.")
            names = {"name": found[0], "names": ", ".join(figures())}
            raise forms.ValidationError(words % names)
        return text


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    form = PageForm
    list_display = ("__str__", "slug", "in_footer", "position", "updated", "in_shop")
    fields = (
        ("title_en", "title_zh"),
        ("text_en", "text_zh"),
        ("slug", "in_footer", "position"),
    )
    prepopulated_fields = {"slug": ["title_en"]}

    @admin.display(description=_("in the shop"))
    def in_shop(self, page: Page) -> SafeString:
        return view_in_shop(page)
