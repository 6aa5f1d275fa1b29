"""The one gate for pictures that come from outside (docs/decisions/0018-uploads.md).

What is let in is judged by its structure before anything is decoded, then made anew: of the file
that came, nothing but what is seen is kept.
"""

from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image

from uploads import ends

MAX_PIXELS = 40_000_000
MAX_SIDE = 16_000  # pixels; WebP ends at 16,383
ACCEPTED = ("JPEG", "PNG", "WEBP", "AVIF")
UNREADABLE = _("We cannot read this picture. Use a JPEG, PNG, WebP or AVIF file.")
MANY_PIXELS = _("This picture is too large. Use at most 40 megapixels.")


def validate_photograph(file: Any) -> None:
    """Raise ValidationError, in words, for what is no photograph or would fill the memory."""
    if file.size > settings.UPLOAD_MAX_BYTES:
        words = gettext("This file is too large. Use at most %(megabytes)s MB.")
        raise ValidationError(words % {"megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000})
    file.seek(0)
    content = file.read()
    file.seek(0)
    if not content:
        raise ValidationError(_("This file is empty."))
    kind = kind_of(content)
    if kind != Image.registered_extensions().get(PurePath(file.name).suffix.lower()):
        # The name decides what it is served as.
        words = gettext("This is a %(kind)s file, but its name says otherwise.")
        raise ValidationError(words % {"kind": kind})
    _validate_end(kind, content)


def kind_of(content: bytes) -> str:
    """One of ACCEPTED, by the header alone. Raises ValidationError."""
    try:
        with Image.open(BytesIO(content), formats=ACCEPTED) as image:
            kind, size, frames = image.format, image.size, getattr(image, "n_frames", 1)
    except Image.DecompressionBombError as error:
        raise ValidationError(MANY_PIXELS) from error
    except Exception as error:  # Pillow raises what it likes about files like that
        raise ValidationError(UNREADABLE) from error
    if size[0] * size[1] > MAX_PIXELS or max(size) > MAX_SIDE:
        raise ValidationError(MANY_PIXELS)
    if kind == "MPO":  # a camera's JPEG with further pictures behind: the first is the photograph
        return "JPEG"
    if frames > 1:
        raise ValidationError(_("This picture moves. Use one that stands still."))
    return str(kind)


def _validate_end(kind: str, content: bytes) -> None:
    try:
        behind = ends.rest(kind, content)
    except ends.Broken as error:
        raise ValidationError(UNREADABLE) from error
    if ends.is_foreign(kind, behind):
        words = _("There is more than a picture in this file. Save it anew as a picture.")
        raise ValidationError(words)
