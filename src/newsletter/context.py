from typing import Any

from django.utils.functional import SimpleLazyObject

from newsletter.forms import SignupForm
from web.request import Request


def signup(request: Request) -> dict[str, Any]:
    """The form at every page's foot, unless a view gives the one that it has refused."""
    return {"signup": SimpleLazyObject(SignupForm)}
