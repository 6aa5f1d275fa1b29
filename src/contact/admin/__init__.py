"""The inbox: editors read here what people write, and answer with deeds."""

from contact.admin import thread

__all__ = ["thread"]
