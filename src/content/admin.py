from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.admin import view_in_shop
from catalog.forms import AddressedForm
from content.models import Home, Page


@admin.register(Home)
class HomeAdmin(admin.ModelAdmin):
    fields = [("sentence_en", "sentence_zh"), "picture"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Home.objects.exists() and super().has_add_permission(request)


class PageForm(AddressedForm):
    named_by = "title_en"


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
