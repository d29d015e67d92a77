"""The file that comes with an answer: what is taken, and what is refused with a reason."""

from io import BytesIO
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from tracker.proposals import Evidence

MAX_BYTES = 5 * 1024 * 1024
MAX_NAME = 200
MAX_FILES = 4
"""A page of ours sends no more; what else comes is passed over unread."""

PACKED = b"PK\x03\x04"
BEGINNINGS = {
    ".pdf": b"%PDF-",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".docx": PACKED,
    ".xlsx": PACKED,
    ".odt": PACKED,
    ".ods": PACKED,
    ".txt": b"",
}
"""The kinds that are taken, with the bytes each begins with. None is ever opened or unpacked here."""


class EvidenceUpload(FileUploadHandler):
    """Keeps a file up to the limit in memory, and only counts what is beyond: nothing fills the disk."""

    files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > MAX_FILES:
            raise SkipFile
        self.kept = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.kept += raw_data[: MAX_BYTES + 1 - len(self.kept)]

    def file_complete(self, file_size: int) -> UploadedFile:
        return InMemoryUploadedFile(
            file=BytesIO(self.kept),
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )


class EvidenceField(forms.FileField):
    """Cleans an upload to `Evidence`, None where there is none."""

    default_error_messages = {
        "empty": _("This file is empty. Choose one with something in it."),
    }
    widget = forms.FileInput(attrs={"accept": ",".join(BEGINNINGS)})

    def to_python(self, data: Any) -> Any:
        file: Any = super().to_python(data)
        if file is None:
            return None
        name = _shortened(file.name)
        suffix = PurePath(name).suffix.lower()
        if suffix not in BEGINNINGS:
            raise ValidationError(
                _("“%(name)s” is of a kind that is not taken. Choose one of: %(kinds)s.")
                % {"name": name, "kinds": ", ".join(kind[1:] for kind in BEGINNINGS)}
            )
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("“%(name)s” has %(size)s. Choose a file of at most %(most)s, or give a link to it.")
                % {"name": name, "size": filesizeformat(file.size), "most": filesizeformat(MAX_BYTES)}
            )
        content = file.read()
        if not content.startswith(BEGINNINGS[suffix]) or (suffix == ".txt" and b"\0" in content):
            raise ValidationError(
                _("“%(name)s” is called %(kind)s but is something else. Save it as one, and choose it again.")
                % {"name": name, "kind": suffix}
            )
        return Evidence(name=name, content=content)


def _shortened(name: str) -> str:
    """Cut a long name before its suffix."""
    path = PurePath(name)
    return (
        name if len(name) <= MAX_NAME else path.stem[: MAX_NAME - len(path.suffix)] + path.suffix[:MAX_NAME]
    )
