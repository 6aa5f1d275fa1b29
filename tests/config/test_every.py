"""Beat rings on time, also after a clock was wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.beat import ScheduleEntry

from config import celery_app

SCHEDULE = celery_app.conf.beat_schedule


@pytest.fixture(params=SCHEDULE)
def entry(request):
    """Gives one that last rang a while ago: (is it due, in how many seconds to look again)."""
    every = SCHEDULE[request.param]["schedule"]

    def rang(ago):
        last = datetime.now(UTC) - timedelta(seconds=ago(every.seconds))
        made = ScheduleEntry(name="", last_run_at=last, app=celery_app, **SCHEDULE[request.param])
        return made.is_due()

    return rang


def test_it_rings_when_its_time_has_come_and_not_before(entry):
    assert entry(lambda seconds: seconds + 1)[0]
    assert not entry(lambda seconds: seconds / 2)[0]


def test_a_clock_that_was_two_hours_fast_makes_nothing_wait(entry):
    is_due, again = entry(lambda seconds: -7200)
    assert is_due
    assert again <= 3600
