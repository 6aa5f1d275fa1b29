from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from contact.admin import picture
from contact.admin.deeds import DEEDS
from contact.admin.filters import AssigneeFilter, WaitingFilter
from contact.models import Thread
from orders.models import Order
from web.deed import buttons


@admin.register(Thread)
class ThreadAdmin(admin.ModelAdmin):
    list_display = ["subject", "sender", "state", "assignee", "age", "language"]
    list_filter = [WaitingFilter, AssigneeFilter, "state", "language"]
    list_select_related = ["assignee"]
    search_fields = ["subject", "name", "email", "order_number", "messages__text", "^once"]
    fields = [("name", "email"), ("state", "assignee"), ("created_at", "language", "member")]
    change_form_template = "admin/contact/thread.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("sender"), ordering="name")
    def sender(self, thread: Thread) -> str:
        return f"{thread.name} <{thread.email}>"

    @admin.display(description=_("age"), ordering="-created_at")
    def age(self, thread: Thread) -> str:
        return timesince(thread.created_at, depth=1)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(picture.view)
        shown = path("picture/<int:pk>/", view, name="contact_message_picture")
        return [*(deed.route for deed in DEEDS), shown, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        thread = self.get_object(request, object_id)
        extra = _about(thread) | {"deeds": buttons(DEEDS, thread, request.user)} if thread else {}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))


def _about(thread: Thread) -> dict[str, Any]:
    """An order is shown with a message that comes from its own address alone."""
    orders = Order.objects.filter(number=thread.order_number, email__iexact=thread.email)
    return {
        "thread": thread,
        "letters": thread.messages.select_related("author"),
        "events": thread.events.select_related("by", "about"),
        "order": orders.first(),
        "earlier": Thread.objects.of(thread.member, {thread.email}).exclude(pk=thread.pk)[:20],
    }
