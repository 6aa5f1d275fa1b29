from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404

from contact.models import Message


def view(request: HttpRequest, pk: int) -> FileResponse:
    """A picture that somebody sent, to save or to look at, and to do nothing by itself."""
    if not request.user.has_perm("contact.view_thread"):
        raise PermissionDenied
    message = get_object_or_404(Message.objects.exclude(picture=""), pk=pk)
    name = f"message-{message.pk}.jpeg"
    response = FileResponse(message.picture.open(), filename=name, content_type="image/jpeg")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
