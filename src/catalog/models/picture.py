"""Photographs, and the smaller renditions that pages show (docs/decisions/0004-pictures.md)."""

import hashlib
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageOps

from cache.shown import Shown, ShownQuerySet
from catalog.translated import Translated
from uploads.anew import on_white
from uploads.photograph import validate_photograph

MAIL_WIDTH = 1104  # twice what a letter is wide
WIDTHS = (320, 640, 960, 1440)  # those wider than the photograph are left out
FORMATS = {"avif": {"quality": 60, "speed": 8}, "webp": {"quality": 78, "method": 4}}


class Picture(Shown):
    image = models.ImageField(
        _("file"),
        upload_to="pictures",
        validators=[validate_photograph],
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt_en = models.CharField(_("description in English"), max_length=300)
    alt_zh = models.CharField(_("description in Chinese"), max_length=300)
    product = models.ForeignKey(
        "catalog.Product",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="pictures",
        verbose_name=_("product"),
    )
    values = models.ManyToManyField(
        "catalog.OptionValue", blank=True, verbose_name=_("shows the choice")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    digest = models.CharField(max_length=16, editable=False, blank=True)

    alt = Translated("alt")

    objects = ShownQuerySet["Picture"].as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("picture"), _("pictures")

    def __str__(self) -> str:
        return str(self.alt)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new file brings its size with it, and waits for its renditions."""
        if self.image and not getattr(self.image, "_committed", True):
            self.width, self.height = _upright_size(self.image.file)
            self.digest = ""
        super().save(*args, **kwargs)

    @property
    def widths(self) -> list[int]:
        return [width for width in WIDTHS if width <= self.width] or [self.width]

    @property
    def avif(self) -> str:
        """The `srcset` of the AVIF renditions; empty until they are made."""
        return self._srcset("avif")

    @property
    def webp(self) -> str:
        return self._srcset("webp")

    @property
    def plain(self) -> str:
        """One address for a browser that cannot choose: 640 wide, or the original."""
        if not self.digest:
            return self.image.url
        middle = max([w for w in self.widths if w <= 640], default=self.widths[0])
        return default_storage.url(self._rendition(middle, "webp"))

    @property
    def large(self) -> tuple[str, int, int]:
        """The address of the widest rendition, its width and its height."""
        if not self.digest:
            return self.image.url, self.width, self.height
        width = self.widths[-1]
        height = round(self.height * width / self.width)
        return default_storage.url(self._rendition(width, "webp")), width, height

    def for_mail(self) -> str:
        """The address of a JPEG for letters, made when one first shows the picture."""
        name = f"mail/{PurePath(str(self.image.name)).stem}-{self.width}x{self.height}.jpeg"
        if not default_storage.exists(name):
            with self.image.open() as content, Image.open(content) as image:
                upright = on_white(ImageOps.exif_transpose(image))
            upright.thumbnail((MAIL_WIDTH, upright.height))
            file = BytesIO()
            upright.save(file, "jpeg", quality=80, progressive=True)
            default_storage.save(name, ContentFile(file.getvalue()))
        return default_storage.url(name)

    def render(self) -> None:
        """Make the missing renditions. Safe to repeat, and to run twice at once.

        They are named by the photograph's content, so a page needs no look-up to address them
        and a browser may keep them for ever.
        """
        with self.image.open() as file:
            content = file.read()
        digest = hashlib.sha256(content).hexdigest()[:16]
        for width in self.widths:
            self._render_width(content, digest, width)
        type(self).objects.filter(pk=self.pk, image=self.image.name).update(digest=digest)
        self.digest = digest

    def _render_width(self, content: bytes, digest: str, width: int) -> None:
        missing = [
            kind
            for kind in FORMATS
            if not default_storage.exists(self._rendition(width, kind, digest))
        ]
        if not missing:
            return
        with Image.open(BytesIO(content)) as image:
            upright = on_white(ImageOps.exif_transpose(image))
        height = round(upright.height * width / upright.width)
        small = upright.resize((width, height), Image.Resampling.LANCZOS)
        for kind in missing:
            file = BytesIO()
            small.save(file, kind, **FORMATS[kind])
            name = self._rendition(width, kind, digest)
            default_storage.save(name, ContentFile(file.getvalue()))

    def _rendition(self, width: int, kind: str, digest: str = "") -> str:
        stem = PurePath(str(self.image.name)).stem
        return f"renditions/{stem}-{digest or self.digest}-{width}.{kind}"

    def _srcset(self, kind: str) -> str:
        if not self.digest:
            return ""
        urls = ((default_storage.url(self._rendition(w, kind)), w) for w in self.widths)
        return ", ".join(f"{url} {width}w" for url, width in urls)


def _upright_size(file: Any) -> tuple[int, int]:
    """Width and height as it is to be seen: cameras store upright photographs lying."""
    file.seek(0)
    image = Image.open(file)  # reads the header; the file stays open for who saves it
    lying = image.getexif().get(ExifTags.Base.Orientation, 1) > 4
    size = (image.height, image.width) if lying else image.size
    file.seek(0)
    return size
