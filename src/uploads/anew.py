"""Pictures made anew: of the file that came, nothing but what is seen is kept."""

from io import BytesIO
from threading import Lock
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, ImageOps

from uploads.photograph import ACCEPTED, MAX_SIDE, kind_of

MADE_ANEW: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92},
    "PNG": {},
    "WEBP": {"quality": 92},
    "AVIF": {"quality": 85, "speed": 8},
}
OPAQUE = {"JPEG"}
_one_at_a_time = Lock()  # a picture of 40 megapixels takes 160 MB while it is open


def made_anew(content: bytes, kind: str = "", longest: int = MAX_SIDE) -> bytes:
    """The picture alone, upright, without notes of where and by what it was taken.

    `kind` is one of ACCEPTED, by default its own; no side is longer than `longest` pixels.
    Raises ValidationError if it is damaged.
    """
    try:
        with _one_at_a_time, Image.open(BytesIO(content), formats=ACCEPTED) as image:
            # WeasyPrint, once it is loaded, has Pillow pass over what is missing.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            return _saved(image, kind or kind_of(content), longest)
    except Exception as error:  # Pillow raises what it likes about damaged files
        raise ValidationError(_("This picture is damaged or not complete.")) from error


def _saved(image: Image.Image, kind: str, longest: int) -> bytes:
    image.draft("RGB", (longest, longest))  # JPEG can be read at a smaller size
    upright = ImageOps.exif_transpose(image)
    upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    upright.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if kind in OPAQUE and upright.mode == "RGBA":
        upright = on_white(upright)
    upright.info.clear()  # Pillow would write comments and profiles into the new file
    file = BytesIO()
    upright.save(file, kind, **MADE_ANEW[kind])
    return file.getvalue()


def on_white(image: Image.Image) -> Image.Image:
    """Without transparency, under which any colour may lie."""
    flat = Image.new("RGB", image.size, "white")
    seen = image.convert("RGBA")
    flat.paste(seen, mask=seen.getchannel("A"))
    return flat
