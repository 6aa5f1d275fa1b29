from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from uploads.storage import NotStored, all_or_nothing


class TakesFiles:
    """For a ModelAdmin: where the disk takes no file, the editor is told and nothing is kept."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with all_or_nothing():
                return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        except NotStored:
            words = gettext("There is no room for the file. Nothing was saved; try again later.")
            messages.error(request, words)
            return redirect(request.get_full_path())
