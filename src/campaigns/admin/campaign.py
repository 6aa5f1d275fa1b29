from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from campaigns.admin import preview, progress
from campaigns.admin.deeds import DEEDS
from campaigns.admin.writing import BlockInline, CampaignForm
from campaigns.audience import audience
from campaigns.models import Campaign, Delivery, Event
from orders.admin.rows import Rows
from web.deed import buttons


class EventInline(Rows):
    model = Event
    fields = readonly_fields = ("at", "kind", "by")


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin):
    """Written until it begins; from then on it is worked by deeds alone."""

    form = CampaignForm
    inlines = [BlockInline, EventInline]
    list_display = ["__str__", "state", "scheduled_at", "begun_at", "letters", "not_known"]
    list_filter = ["state", "topic"]
    search_fields = ["subject_en", "subject_zh"]
    change_form_template = "admin/campaigns/campaign.html"
    readonly_fields = ["state", "scheduled_at", "reaches"]
    fieldsets = [
        (None, {"fields": [("state", "scheduled_at")]}),
        (
            _("What it says"),
            {
                "fields": [
                    ("subject_en", "subject_zh"),
                    ("preheader_en", "preheader_zh"),
                    ("coupon", "is_public"),
                ],
                "description": _("The preheader is what mail programs show beside the subject."),
            },
        ),
        (
            _("Whom it is for"),
            {
                "fields": [
                    "reaches",
                    ("topic", "language"),
                    ("products", "categories"),
                    ("ordered_since", "not_ordered_since"),
                ],
                "description": _(
                    "Those on the list for whom all of this is true; what is left empty leaves"
                    " nobody out. Orders count once they are paid."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        unknown = Count("deliveries", filter=Q(deliveries__state=Delivery.State.UNKNOWN))
        return super().get_queryset(request).annotate(written=Count("deliveries"), unknown=unknown)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """What is being changed does not begin to be sent meanwhile."""
        if request.method == "POST" and object_id.isdecimal():
            Campaign.objects.select_for_update().filter(pk=object_id).first()
        return super().get_object(request, object_id, from_field)

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        return {}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_open)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of what was sent the record stays."""
        may = super().has_delete_permission(request, obj)
        return may and obj is not None and obj.state == Campaign.State.DRAFT

    @admin.display(description=_("letters"), ordering="written")
    def letters(self, campaign: Any) -> int:
        return campaign.written

    @admin.display(description=_("not known"), ordering="unknown")
    def not_known(self, campaign: Any) -> int:
        return campaign.unknown

    @admin.display(description=_("readers now"))
    def reaches(self, campaign: Campaign) -> str:
        """Counted for what is saved."""
        if campaign.pk is None or not campaign.is_open:
            return "–"
        return str(audience(campaign).count())

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"campaigns_{name}")
            for name, view in (("progress", progress.page), ("bar", progress.bar))
        ]
        deeds = [deed.route for deed in DEEDS]
        return [*deeds, *own, *preview.routes(), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        # Not by `get_object`, which locks: no transaction has begun here.
        pks = [object_id] if object_id.isdecimal() else []
        campaign = Campaign.objects.filter(pk__in=pks).first()
        more = {"deeds": buttons(DEEDS, campaign, request.user), "campaign": campaign}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))
