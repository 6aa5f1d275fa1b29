from io import BytesIO
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.utils.translation import gettext_lazy as _

from uploads.anew import made_anew
from uploads.photograph import validate_photograph


class PhotographField(forms.FileField):
    """A picture from outside: judged, and made anew. Cleaned to a file to store, or None.

    `kind` and `longest` are those of `uploads.anew.made_anew`.
    """

    default_error_messages = {"empty": _("This file is empty.")}
    accept = "image/jpeg,image/png,image/webp,image/avif"

    def __init__(self, *, kind: str = "", longest: int = 16_000, **options: Any) -> None:
        self.kind, self.longest = kind, longest
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        return attrs | {"accept": self.accept} if isinstance(widget, forms.FileInput) else attrs

    def to_python(self, data: Any) -> UploadedFile | None:
        file = super().to_python(data)
        if file is None:
            return None
        validate_photograph(file)
        content = made_anew(file.read(), self.kind, self.longest)
        name = (
            PurePath(str(file.name)).with_suffix(f".{self.kind.lower()}")
            if self.kind
            else file.name
        )
        return InMemoryUploadedFile(BytesIO(content), None, str(name), "image", len(content), None)
