"""What a browser may fetch when a link is hovered over, with JavaScript or without.

Only pages that are the same for everybody: a product that was fetched and never looked at would
count as looked at, and a person's own pages may have changed by the time they are opened.
"""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control

SHARED = ("/", "/c/*", "/pages/*")


@cache_control(public=True, max_age=60 * 60)
def rules(request: HttpRequest) -> JsonResponse:
    prefixes = ["", *(f"/{code}" for code, _name in settings.LANGUAGES[1:])]
    shared = [{"href_matches": prefix + path} for prefix in prefixes for path in SHARED]
    # A link that htmx answers is not followed.
    where = {"and": [{"or": shared}, {"not": {"selector_matches": "[hx-get]"}}]}
    found = {"prefetch": [{"where": where, "eagerness": "moderate"}]}
    return JsonResponse(found, content_type="application/speculationrules+json")
