"""What a person agrees to, as it stands beside the form. A new wording is a new version."""

from django.utils.translation import gettext_lazy as _

WORDINGS = {
    "2026-11": _(
        "Letters about what is new and what is in season, once or twice a month."
        " You can leave with one press at any time."
    ),
}
CURRENT = list(WORDINGS)[-1]
