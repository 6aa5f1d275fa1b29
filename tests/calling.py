"""A program that knows the API and nothing behind it."""

import json
import uuid
from typing import Any

from django.test import Client

import factories
from api.models import Token
from members.models import User

OURS = {"Origin": "http://testserver"}


class Caller:
    """Calls as a guest, a member by their session, or by a token; `last` is the last answer."""

    def __init__(
        self, member: User | None = None, token: str = "", language: str = "", client: Any = None
    ) -> None:
        self.client = client or Client(enforce_csrf_checks=True)
        if member:
            self.client.force_login(member)
        self.headers = {"Authorization": f"Bearer {token}"} if token else dict(OURS)
        if language:
            self.headers["Accept-Language"] = language

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        data = "" if body is None else json.dumps(body)
        path = path if path.startswith("/") else f"/api/v1/{path}"
        self.last = self.client.generic(
            method, path, data, "application/json", headers=self.headers | more
        )
        return self.last

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)

    # Short ways

    def add(self, variant: Any, quantity: int = 1, **headers: str) -> Any:
        return self.post("cart/lines/", {"variant": variant.pk, "quantity": quantity}, **headers)

    def quote(self, method: Any, **more: str) -> dict[str, Any]:
        asked = {"email": "ada@example.com", "country": "GB", "method": method.code} | more
        answer = self.post("checkout/quote/", asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def place(self, method: Any, provider: str = "offline", key: str = "", **more: Any) -> Any:
        """All of the checkout; returns the answer."""
        return self.send(self.order(method, provider, **more), key)

    def order(self, method: Any, provider: str = "offline", **more: Any) -> dict[str, Any]:
        """What is sent to place what is in the cart."""
        told = {"email": "ada@example.com", "address": dict(factories.ADDRESS)}
        told |= {"method": method.code, "provider": provider} | more
        return {"seen": self.quote(method, email=told["email"])["seen"]} | told

    def send(self, order: dict[str, Any], key: str = "") -> Any:
        return self.post("checkout/", order, **{"Idempotency-Key": key or str(uuid.uuid4())})


def token_of(member: User, *scopes: str, days: int = 30) -> str:
    return Token.objects.make(member, name="a program", scopes=list(scopes), days=days)[1]


def problem(answer: Any) -> str:
    """The kind of problem that an answer tells of."""
    assert answer["Content-Type"] == "application/problem+json", answer.content[:300]
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"].endswith(f"/api/guide/#problem-{told['code']}")
    return told["code"]


def pointers(answer: Any) -> dict[str, str]:
    assert problem(answer) == "refused", answer.text
    return {each["pointer"]: each["detail"] for each in answer.json().get("errors", [])}
