"""Programs that may act for a member, and what the API answered about a person in the last day."""

from typing import Any

from api.models import Answer, Token

MODELS = [Token, Answer]


def held(member: Any, emails: set[str]) -> dict[str, list[dict[str, Any]]]:
    tokens = Token.objects.filter(member=member) if member else Token.objects.none()
    return {
        "tokens": [
            {
                "name": each.name,
                "scopes": each.scopes,
                "made_at": each.made_at.isoformat(),
                "expires_at": each.expires_at.isoformat(),
                "used_at": each.used_at and each.used_at.isoformat(),
            }
            for each in tokens
        ],
        "answers": [
            {"at": each.claimed_at.isoformat(), "status": each.status, "body": each.body}
            for each in Answer.objects.about(member, emails)
        ],
    }


def erase(member: Any, emails: set[str]) -> None:
    Answer.objects.about(member, emails).delete()
    if member:
        Token.objects.filter(member=member).delete()
