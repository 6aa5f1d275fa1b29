"""Make the files that were asked for, and let go of those that have had their time."""

import logging
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation

from members import mail
from orders import flows
from outbox.doorbell import ring
from privacy.archive import write
from privacy.models import CLAIM, FOLDER, Export

log = logging.getLogger(__name__)


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
    path = FOLDER / name
    try:
        _write(export, path)
    except OSError:
        log.exception("export %s was not written", export.pk)
        path.unlink(missing_ok=True)
        export.move(name, Export.State.FAILED, name="")
        return
    if not _tell(export, name):
        path.unlink(missing_ok=True)


def _write(export: Export, path: Path) -> None:
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    member = export.member
    emails = flows.addresses(member)
    with translation.override(member.language), path.open("xb") as file:
        path.chmod(0o600)
        write(file, flows.export(member, emails), flows.files(member, emails))


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
    known = set(Export.objects.exclude(name="").values_list("name", flat=True))
    for path in FOLDER.glob("*.zip"):
        if path.name not in known and not _is_fresh(path):
            path.unlink(missing_ok=True)


def _is_fresh(path: Path) -> bool:
    """Whether a worker may have begun it after the rows were read."""
    try:
        return time.time() - path.stat().st_mtime < CLAIM.total_seconds()
    except FileNotFoundError:
        return True
