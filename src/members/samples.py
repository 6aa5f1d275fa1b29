from functools import partial

from django.conf import settings
from django.utils.translation import get_language

from members.mail import KINDS, send
from members.models import User
from outbox.gallery import NAME, READER
from outbox.models import Message

WITH_CODE = ("email_confirmation", "email_confirmation_signup", "login_code", "password_reset_code")
ABOUT = {
    "from_email": READER,
    "to_email": "ada.byron@example.com",
    "provider": "Example",
    "days": settings.EXPORTS_KEPT_DAYS,
}


def _write(name: str) -> Message:
    """To a member who is in no table."""
    code = {"code": "1234-5678"} if name in WITH_CODE else {}
    reader = User(pk=0, name=NAME, email=READER, language=get_language())
    return send(name, READER, ABOUT | code | {"user": reader})


SAMPLES = {kind: partial(_write, name) for name, kind in KINDS.items()}
