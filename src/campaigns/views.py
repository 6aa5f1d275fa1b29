"""Letters that everybody may read, and where the mail provider tells what became of one."""

from typing import Any

from anymail import urls
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from campaigns.letter import complete, pieces
from campaigns.models import Campaign
from web.head import Head, absolute, breadcrumb
from web.pages import shared
from web.request import Request
from web.shared import shared_page

# django-anymail's views by the provider's name; each proves who asks (WEBHOOK_SECRET, or more).
TOLD = {
    str(each.name).removesuffix("_tracking_webhook"): each.callback
    for each in urls.urlpatterns
    if str(each.name).endswith("_tracking_webhook")
}

FEED = 20  # letters in the feed


@csrf_exempt
def told(request: HttpRequest, provider: str) -> HttpResponse:
    """Without a secret nobody could be told from a stranger: then there is no such address."""
    if provider not in TOLD or not settings.ANYMAIL["WEBHOOK_SECRET"]:
        raise Http404
    return TOLD[provider](request)


@require_safe
@shared_page
def archive(request: Request) -> HttpResponse:
    title, path = gettext("Letters we have sent"), reverse("campaigns:archive")
    about = gettext("What the shop has written to its readers, the newest first.")
    things, feed = [breadcrumb((title, path))], reverse("campaigns:feed")
    head = Head(path, title, about, things=things, feed=feed)
    context = {"title": title, "head": head, "letters": Campaign.objects.public()}
    return shared(request, "campaigns/archive.html", context)


@require_safe
@shared_page
def read(request: Request, pk: int) -> HttpResponse:
    """A letter as it went out, without anybody's own links."""
    found = get_object_or_404(Campaign.objects.readable(), pk=pk)
    path, title = found.get_absolute_url(), found.subject
    steps = [(gettext("Letters we have sent"), reverse("campaigns:archive")), (title, path)]
    things, feed = [breadcrumb(*steps)], reverse("campaigns:feed")
    head = Head(path, title, found.preheader or title, things=things, feed=feed)
    context = {"title": title, "letter": found, "pieces": _pieces(found), "head": head}
    return shared(request, "campaigns/letter.html", context)


@require_safe
@cache_control(public=True, max_age=60 * 60)
def feed(request: Request) -> HttpResponse:
    """The newest letters as an Atom feed, whole."""
    atom = Atom1Feed(
        title=f"{settings.SHOP_NAME}: {gettext('Letters we have sent')}",
        link=absolute(reverse("campaigns:archive")),
        description=None,
        language=get_language(),
        feed_url=absolute(reverse("campaigns:feed")),
        author_name=str(settings.SHOP_NAME),
    )
    for letter in Campaign.objects.public()[:FEED]:
        whole = render_to_string("campaigns/pieces.html", {"pieces": complete(_pieces(letter))})
        address = absolute(letter.get_absolute_url())
        atom.add_item(
            letter.subject,
            address,
            whole,
            unique_id=address,
            pubdate=letter.ended_at,
            updateddate=letter.ended_at,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=Atom1Feed.content_type)


def _pieces(letter: Campaign) -> list[dict[str, Any]]:
    return pieces(letter, get_language() or settings.LANGUAGE_CODE)
