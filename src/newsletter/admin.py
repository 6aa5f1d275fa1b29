from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from coupons.forms import PercentField
from newsletter.deeds import DEEDS, Deed
from newsletter.models import Consent, Subscriber, Topic, WelcomeOffer
from newsletter.wording import WORDINGS
from orders.admin.rows import Rows
from web.sheets import sheet
from web.templatetags.shop import percent

COLUMNS = ["email", "state", "reason", "language", "made_at", "confirmed_at", "left_at"]


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_zh", "offered", "position"]
    list_display_links = ["name_en", "name_zh"]
    fields = [("name_en", "name_zh"), ("offered", "position")]


@admin.register(WelcomeOffer)
class WelcomeOfferAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_zh", "takes_off", "days"]
    list_display_links = ["name_en", "name_zh"]
    fields = [("name_en", "name_zh"), ("percentage", "days")]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "percentage":
            return PercentField(label=_("Percentage"), help_text=_("Such as 10 or 12.5."))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one, or none."""
        return super().has_add_permission(request) and not WelcomeOffer.objects.exists()

    @admin.display(description=_("takes off"))
    def takes_off(self, offer: WelcomeOffer) -> str:
        return percent(offer.percentage)


class ConsentInline(Rows):
    model = Consent
    fields = readonly_fields = (
        *("asked_at", "confirmed_at", "ended_at", "page", "client", "language", "chosen", "words"),
    )

    @admin.display(description=_("topics"))
    def chosen(self, consent: Consent) -> str:
        return ", ".join(map(str, Topic.objects.filter(pk__in=consent.topics))) or "–"

    @admin.display(description=_("wording"))
    def words(self, consent: Consent) -> str:
        return f"{consent.wording}: {WORDINGS.get(consent.wording, '–')}"


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):
    """Read here; changed by its own person, or by a deed."""

    inlines = [ConsentInline]
    list_display = ["__str__", "state", "reason", "language", "confirmed_at", "left_at"]
    list_filter = ["state", "reason", "language", "topics", "confirmed_at"]
    search_fields = ["email"]
    show_full_result_count = False
    actions = ["export"]
    fields = [
        ("__str__", "member"),
        ("state", "reason", "language"),
        ("made_at", "confirmed_at", "left_at", "erased_at"),
        ("chosen", "welcome"),
    ]
    readonly_fields = [
        *("__str__", "member", "state", "reason", "language", "chosen", "welcome"),
        *("made_at", "confirmed_at", "left_at", "erased_at"),
    ]
    change_form_template = "admin/newsletter/subscriber.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("topics"))
    def chosen(self, subscriber: Subscriber) -> str:
        return ", ".join(str(topic) for topic in subscriber.topics.all()) or "–"

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export(self, request: HttpRequest, chosen: QuerySet[Subscriber]) -> StreamingHttpResponse:
        head = [label_for_field(name, Subscriber) for name in COLUMNS]
        return sheet("subscribers", [*head, _("topics")], _rows(chosen))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.deed)
        own = [
            path(
                f"<int:pk>/{deed.code}/", view, {"deed": deed}, f"newsletter_subscriber_{deed.code}"
            )
            for deed in DEEDS
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        more: dict[str, Any] = {"deeds": []}
        subscriber = self.get_object(request, object_id)
        if subscriber and self.has_change_permission(request):
            fitting = [deed for deed in DEEDS if deed.fits(subscriber)]
            more["deeds"] = [(deed.words, self._address(deed, subscriber)) for deed in fitting]
        return super().change_view(request, object_id, form_url, (extra_context or {}) | more)

    def deed(self, request: HttpRequest, pk: int, deed: Deed) -> HttpResponse:
        """A page that asks, and the POST that does it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        subscriber = get_object_or_404(Subscriber, pk=pk)
        back = redirect("admin:newsletter_subscriber_change", pk)
        if not deed.fits(subscriber):
            messages.info(request, _("There is nothing to do any more."))
            return back
        if request.method != "POST":
            return self._asks(request, subscriber, deed)
        deed.do(subscriber)
        self.log_change(request, subscriber, str(deed.words))
        messages.success(request, deed.done)
        return back

    def _asks(self, request: HttpRequest, subscriber: Subscriber, deed: Deed) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "subscriber": subscriber,
            "deed": deed,
            "deed_url": self._address(deed, subscriber),
            "title": deed.words,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/newsletter/deed.html", context)

    def _address(self, deed: Deed, subscriber: Subscriber) -> str:
        return reverse(f"admin:newsletter_subscriber_{deed.code}", args=[subscriber.pk])


def _rows(chosen: QuerySet[Subscriber]) -> Iterator[list[Any]]:
    for each in chosen.prefetch_related("topics").iterator(chunk_size=1000):
        times = [_moment(getattr(each, name)) for name in COLUMNS[4:]]
        states = [each.get_state_display(), each.get_reason_display(), each.language]
        topics = ", ".join(topic.name for topic in each.topics.all())
        yield [each.email, *states, *times, topics]


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i") if at else ""
