"""What is held about a person here beside the account itself: the addresses they keep."""

from typing import Any

from members.models import Address


def held(member: Any, emails: set[str]) -> dict[str, list[dict[str, Any]]]:
    if member is None:
        return {}
    rows = Address.objects.filter(member=member).values("label", "postal", "phone", "default")
    return {"addresses": [dict(row) for row in rows]}


def erase(member: Any, emails: set[str]) -> None:
    if member:
        Address.objects.filter(member=member).delete()
