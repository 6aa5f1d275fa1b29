"""Editors write a letter here, choose whom it is for, send it by deeds and see how it went."""

from campaigns.admin import campaign

__all__ = ["campaign"]
