"""Make the files that were asked for, and let go of those that have had their time."""

import logging
from datetime import timedelta
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation

from members import mail
from orders import flows
from outbox.doorbell import ring
from privacy.archive import write
from privacy.models import CLAIM, FOLDER, Export
from uploads.leftovers import clear

log = logging.getLogger(__name__)
IN_MEMORY = 10_000_000  # bytes of a file while it is made; the rest is on a disk


def ask(member: object) -> bool:
    """Have a member's data made into a file; False if it is being made already."""
    from privacy.tasks import make as make_later

    with transaction.atomic():
        export = Export.objects.ask(member)
        if export:
            ring(make_later, export.pk)
    return export is not None


def make(export_id: int) -> None:
    """Do what is still to do for an export, in one caller's hands; safe to repeat."""
    export = Export.objects.select_related("member").filter(pk=export_id).first()
    if export is None or not (name := export.claim()):
        return
    export.name = name
    try:
        _write(export)
    except OSError:
        log.exception("export %s was not written", export.pk)
        export.move(name, Export.State.FAILED, name="")
        return
    if not _tell(export, name):
        storages["private"].delete(export.path)


def _write(export: Export) -> None:
    """Raises OSError."""
    member = export.member
    emails = flows.addresses(member)
    with translation.override(member.language), SpooledTemporaryFile(IN_MEMORY) as file:
        write(file, flows.export(member, emails), flows.files(member, emails))
        storages["private"].save(export.path, File(file))


@transaction.atomic
def _tell(export: Export, name: str) -> bool:
    """Say that it is ready; False if the member asked anew, or has gone."""
    kept = timedelta(days=settings.EXPORTS_KEPT_DAYS)
    if not export.move(name, Export.State.READY, ready_at=Now(), expires_at=Now() + kept):
        return False
    about = {"user": export.member, "days": settings.EXPORTS_KEPT_DAYS}
    with translation.override(export.member.language):
        mail.send("export_ready", export.member.email, about)
    return True


def sweep() -> None:
    """Make what the doorbell missed; delete what has expired, and files that no row knows."""
    for export in Export.objects.due():
        make(export.pk)
    Export.objects.expired().delete()
    known = {export.path for export in Export.objects.exclude(name="")}
    clear(storages["private"], FOLDER, known, after=CLAIM)
