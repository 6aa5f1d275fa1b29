"""One mailbox, one spelling: small letters, and the host as mail servers write it."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

LONGEST = 254  # characters of an address that mail servers take
NO_ADDRESS = _("Enter an email address like name@example.com.")


def normal(email: str) -> str:
    """The address of exactly one mailbox. Raises ValidationError.

    Quoted names before the @ may hold spaces, commas and control characters, which no shop needs
    and every mail program reads in its own way. Of letters beyond ASCII some become others, and the
    address that of somebody else.
    """
    name, _at, host = email.strip().rpartition("@")
    if not name.isascii():
        raise ValidationError(NO_ADDRESS)
    name, host = name.lower(), host.lower()
    try:
        found = f"{name}@{host.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ValidationError(NO_ADDRESS) from error
    if '"' in name or len(found) > LONGEST:
        raise ValidationError(NO_ADDRESS)
    EmailValidator(NO_ADDRESS)(found)
    return found


def is_one(email: str) -> bool:
    try:
        return bool(normal(email))
    except ValidationError:
        return False
