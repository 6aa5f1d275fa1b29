"""How often beat rings."""

from datetime import datetime
from typing import Any

from celery.schedules import schedule


class Every(schedule):
    """Seconds between two times. A clock that was fast and is set right makes nothing wait.

    Celery itself would ring no more until the hour has come again at which it last did.
    """

    def is_due(self, last_run_at: datetime) -> Any:
        now = self.maybe_make_aware(self.now())
        is_ahead = self.maybe_make_aware(last_run_at) > now
        return super().is_due(now - self.run_every if is_ahead else last_run_at)
