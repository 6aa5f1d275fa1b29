"""Errors that no view of the API answers: problems at its addresses, the shop's pages elsewhere."""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt

from api.manners.problems import TYPE, Problem
from web import pages
from web.request import Request

OURS = re.compile("/api/v[0-9]")
type Page = Callable[..., HttpResponse]


def answer(problem: Problem) -> HttpResponse:
    response = JsonResponse(problem.told, status=problem.status, content_type=TYPE)
    if problem.wait:
        response["Retry-After"] = str(problem.wait)
    add_never_cache_headers(response)
    return response


@csrf_exempt
def nowhere(request: Request) -> HttpResponse:
    """An address of the API that there is not, whatever the method."""
    return answer(Problem("not-found"))


def _or(page: Page, code: str) -> Page:
    def answered(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not OURS.match(request.path):
            return page(request, *args, **kwargs)
        later = page is pages.failed and pages.database_is_away()
        return answer(Problem("later", wait=pages.RETRY_SECONDS) if later else Problem(code))

    return answered


not_found = _or(pages.not_found, "not-found")
not_understood = _or(pages.not_understood, "malformed")
failed = _or(pages.failed, "failed")
