"""Takes files of posts in, into memory alone: nothing is left on a disk by what is refused."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class InMemory(FileUploadHandler):
    """Keeps at most UPLOAD_MAX_BYTES of a file and UPLOAD_MAX_BYTES_AT_ONCE of a post.

    What is longer is read to its end and forgotten, so that the rest of the form is there to be
    shown again; its file is empty and tells its true size.
    """

    kept = 0  # bytes of the files before this one

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file, self.size = BytesIO(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self._fits:
            self.file.write(raw_data)
        else:
            self.file = BytesIO()

    def file_complete(self, file_size: int) -> UploadedFile:
        size = self.size if self._fits else max(self.size, settings.UPLOAD_MAX_BYTES + 1)
        self.kept += self.file.tell()
        self.file.seek(0)
        return InMemoryUploadedFile(
            self.file,
            self.field_name,
            self.file_name,
            self.content_type,
            size,
            self.charset,
            self.content_type_extra,
        )

    @property
    def _fits(self) -> bool:
        alone = self.size <= settings.UPLOAD_MAX_BYTES
        return alone and self.kept + self.size <= settings.UPLOAD_MAX_BYTES_AT_ONCE
