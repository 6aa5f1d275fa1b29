"""Faults that were asked for, and their use."""

import threading
from dataclasses import asdict, dataclass, field
from typing import Any

CALLS = {"token", "create", "get", "capture", "get-capture", "refund", "get-refund", "verify"}
CALLS |= {"get-event"}
ON = CALLS | {"*", "webhook"}
API = {"error", "delay", "drop"}
WEBHOOK = {"lose", "duplicate", "late", "reorder", "bad-signature"}


@dataclass
class Fault:
    """`times` uses are left; 0 at the start means without end."""

    on: str
    do: str
    when: str = "before"
    times: int = 1
    status: int = 500
    issue: str = ""
    seconds: float = 0
    copies: int = 2
    event: str = ""
    used: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.times, self.copies, self.status = int(self.times), int(self.copies), int(self.status)
        self.seconds = float(self.seconds)
        if self.on not in ON:
            raise ValueError(f"on: one of {', '.join(sorted(ON))}")
        known = WEBHOOK if self.on == "webhook" else API
        if self.do not in known:
            raise ValueError(f"do: one of {', '.join(sorted(known))}")
        if self.when not in {"before", "after"}:
            raise ValueError("when: before or after")

    @property
    def is_spent(self) -> bool:
        return 0 < self.times <= self.used

    def told(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, given: dict[str, Any]) -> Fault:
        """ValueError or TypeError say what is wrong with it."""
        fault = Fault(**given)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def told(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.told() for fault in self._faults]

    def take(self, call: str, when: str) -> list[Fault]:
        """Use up, once each, the faults that are due at this call of the API."""
        with self._lock:
            due = [
                fault
                for fault in self._faults
                if fault.on in {call, "*"} and fault.when == when and not fault.is_spent
            ]
            for fault in due:
                fault.used += 1
        return due

    def take_for_event(self, event_type: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.on == "webhook" and not fault.is_spent and fault.event in {"", event_type}:
                    fault.used += 1
                    return fault
        return None
