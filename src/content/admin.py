from django.contrib import admin
from django.http import HttpRequest

from content.models import Home, Page


@admin.register(Home)
class HomeAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Home.objects.exists() and super().has_add_permission(request)


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    list_display = ("__str__", "slug", "in_footer", "position", "updated")
    fields = (
        ("title_en", "title_zh"),
        ("text_en", "text_zh"),
        ("slug", "in_footer", "position"),
    )
    prepopulated_fields = {"slug": ["title_en"]}
