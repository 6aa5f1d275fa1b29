"""What django-allauth tells of members: whose address is another now has their letters there."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.contrib import messages
from django.utils.translation import gettext_lazy as _

from newsletter.address import is_one, normal
from newsletter.asking import source
from newsletter.models import Subscriber
from web.request import Request

MOVED = _("Your letters go to %(email)s from now on.")
NOT_MOVED = _("Your letters do not go to %(email)s. You can ask for them in your account.")
NOWHERE = _("Letters cannot go to %(email)s, so you get none any more.")


def listen() -> None:
    email_changed.connect(_changed, dispatch_uid="newsletter")


def _changed(
    request: Request,
    user: Any,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_more: Any,
) -> None:
    """Only between proven addresses: an account may have been begun with that of somebody else."""
    old, new = from_email_address, to_email_address
    if not (old and old.verified and new.verified and is_one(old.email)):
        return
    there = normal(new.email) if is_one(new.email) else ""
    is_there = Subscriber.objects.move(normal(old.email), there, user, source(request))
    if is_there is not None:
        words = MOVED if is_there else NOT_MOVED if there else NOWHERE
        messages.info(request, words % {"email": new.email})
