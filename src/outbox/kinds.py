from __future__ import annotations

from typing import ClassVar


class Kind(str):
    """What a mail is about, in one word. Making one makes it known, and the gallery
    (`outbox.gallery`) has to show every one that is known.
    """

    known: ClassVar[set[Kind]] = set()

    def __new__(cls, word: str) -> Kind:
        kind = super().__new__(cls, word)
        cls.known.add(kind)
        return kind
