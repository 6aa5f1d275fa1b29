"""Here comes the row of the campaign: it needs newsletters, which another change brings.

It starts a campaign of 1,000 on the stage, kills a child of the worker (`stage.worker`), then the
whole worker, starts it again, and yields sent + unknown = 1,000, the duplicates among
`stage.mails()`, unknown ≤ the worker's concurrency (2), and the seconds until it went on.
"""

from stage import Stage
from table import Figures, NotMeasured, row


@row(
    "kill -9 of Celery (child, then the whole worker) in a campaign of 1,000",
    "sent + unknown = 1,000; duplicates 0; unknown ≤ concurrency; resumes within 2 minutes",
)
def killed(stage: Stage) -> Figures:
    raise NotMeasured("there are no campaigns yet")
    yield "", False
