from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from uploads.storage import NotStored, all_or_nothing


class TakesFiles:
    """For a ModelAdmin: where a file is not taken, the editor is told and nothing is kept."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with all_or_nothing():
                return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        except NotStored:
            words = _("The file cannot be stored now. Nothing was saved; try again later.")
            messages.error(request, words)
            return redirect(request.get_full_path())
