import secrets
import unicodedata

from coupons.models import ALPHABET


def new_number() -> str:
    """Like "K7QM-3F9T": says nothing about how many orders there are."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def as_number(typed: str) -> str:
    """A number as people write it, with or without dash, spaces and capitals: "K7QM-3F9T"."""
    plain = unicodedata.normalize("NFKC", typed)
    letters = "".join(letter for letter in plain.upper() if letter in ALPHABET)
    return f"{letters[:4]}-{letters[4:]}"


def new_secret() -> str:
    return secrets.token_urlsafe(24)  # 192 bits
