"""Where the mail provider tells what became of a letter."""

from anymail import urls
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

# django-anymail's views by the provider's name; each proves who asks (WEBHOOK_SECRET, or more).
TOLD = {
    str(each.name).removesuffix("_tracking_webhook"): each.callback
    for each in urls.urlpatterns
    if str(each.name).endswith("_tracking_webhook")
}


@csrf_exempt
def told(request: HttpRequest, provider: str) -> HttpResponse:
    """Without a secret nobody could be told from a stranger: then there is no such address."""
    if provider not in TOLD or not settings.ANYMAIL["WEBHOOK_SECRET"]:
        raise Http404
    return TOLD[provider](request)
