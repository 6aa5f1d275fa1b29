"""Editors read orders here, and work them with deeds: buttons that call the verbs."""

from orders.admin import delivery, order

__all__ = ["delivery", "order"]
