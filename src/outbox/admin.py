from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern

from outbox import gallery_views
from outbox.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["created_at", "kind", "to", "subject", "tries", "sent_at"]
    list_filter = ["kind"]
    search_fields = ["to", "subject"]
    readonly_fields = ["created_at", "tries", "sent_at"]
    change_list_template = "admin/outbox/messages.html"

    def get_urls(self) -> list[URLPattern]:
        return [*gallery_views.routes(), *super().get_urls()]

    def get_exclude(self, request: HttpRequest, obj: Message | None = None) -> list[str]:
        """The mails about accounts hold codes to sign in, which are their readers' alone."""
        return ["text", "html"] if obj and obj.about.startswith("account:") else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False
