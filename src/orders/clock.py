"""Waits by the database's clock: a web server whose clock is wrong frees nobody's stock."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now


def after(wait: timedelta) -> ExpressionWrapper:
    """The moment that comes this long after now; for queries."""
    return ExpressionWrapper(Now() + wait, output_field=DateTimeField())
