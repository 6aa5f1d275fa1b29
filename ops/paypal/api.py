"""PayPal's own addresses: tokens, request ids, orders, payments, verification."""

import base64
import binascii
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import validation
from errors import Answer, Refused, error, refused
from faults import Fault, Faults
from ledger import Ledger, Row
from options import Options
from orders import Orders
from payments import Payments
from web import Dropped, Request, Route
from webhooks import Webhooks

KEPT = 6 * 3600  # seconds for which a request id is known
SIGNED = ["auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time"]
SIGNED += ["webhook_id", "webhook_event"]

EFFECTS = {"create", "capture", "refund"}

Effect = Callable[[Request], Row | Answer]
ID = r"([^/]{1,60})"


class Api:
    def __init__(
        self,
        ledger: Ledger,
        faults: Faults,
        webhooks: Webhooks,
        options: Options,
        orders: Orders,
        payments: Payments,
    ) -> None:
        self._ledger, self._faults, self._webhooks = ledger, faults, webhooks
        self._options, self._orders, self._payments = options, orders, payments
        self._busy: set[str] = set()
        self._busy_lock = threading.Lock()
        self.calls: deque[Row] = deque(maxlen=2_000)

    def routes(self) -> list[Route]:
        orders, payments = "/v2/checkout/orders", "/v2/payments"
        verify = "/v1/notifications/verify-webhook-signature"
        effect, call, find = self._effect, self._call, self._payments.find
        return [
            Route("POST", "/v1/oauth2/token", call("token", self._token, bearer=False)),
            Route("POST", orders, call("create", effect("create", "order"))),
            Route("GET", f"{orders}/{ID}", call("get", self._get_order)),
            Route("POST", f"{orders}/{ID}/capture", call("capture", effect("capture", "order"))),
            Route("GET", f"{payments}/captures/{ID}", call("get-capture", self._getter("capture"))),
            Route(
                "POST",
                f"{payments}/captures/{ID}/refund",
                call("refund", effect("refund", "refund")),
            ),
            Route("GET", f"{payments}/refunds/{ID}", call("get-refund", self._getter("refund"))),
            Route("POST", verify, call("verify", self._verify)),
            Route(
                "GET",
                f"/v1/notifications/webhooks-events/{ID}",
                call("get-event", lambda asked: Answer(200, find("event", *asked.parts))),
            ),
        ]

    # Around every call

    def _call(
        self, call: str, handler: Callable[[Request], Answer], *, bearer: bool = True
    ) -> Callable[[Request], Answer]:
        def handle(request: Request) -> Answer:
            told = {
                "call": call,
                "method": request.method,
                "path": request.path,
                "request_id": request.headers.get("PayPal-Request-Id"),
                "at": self._ledger.stamp(),
                "status": None,
            }
            self.calls.append(told)
            answer = self._guarded(call, handler, request, bearer=bearer)
            told["status"] = answer.status
            return answer

        return handle

    def _guarded(
        self, call: str, handler: Callable[[Request], Answer], request: Request, *, bearer: bool
    ) -> Answer:
        try:
            if bearer:
                self._authorize(request)
            if call not in EFFECTS:
                self._before(call)
            answer = handler(request)
        except Refused as refusal:
            answer = refusal.answer
        return self._suffer(self._faults.take(call, "after")) or answer

    def _suffer(self, faults: list[Fault]) -> Answer | None:
        """Wait, break off, or give the error that is to be sent."""
        wrong = None
        for fault in faults:
            if fault.do == "delay":
                time.sleep(fault.seconds)
            elif fault.do == "drop":
                raise Dropped
            elif fault.issue:
                wrong = refused(fault.status, fault.issue).answer
            else:
                wrong = error(fault.status)
        return wrong

    def _before(self, call: str) -> None:
        if wrong := self._suffer(self._faults.take(call, "before")):
            raise Refused(wrong)

    def _authorize(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(error(401))
        known = self._ledger.get("token", token)
        if not known or known["until"] <= self._ledger.now():
            body = {
                "error": "invalid_token",
                "error_description": "Token signature verification failed",
            }
            raise Refused(Answer(401, body))

    def _token(self, request: Request) -> Answer:
        if request.fields.get("grant_type") != "client_credentials":
            body = {
                "error": "unsupported_grant_type",
                "error_description": "unsupported grant_type",
            }
            return Answer(400, body)
        client, secret = _basic(request.headers.get("Authorization", ""))
        wanted = self._options.client_id or client, self._options.secret or secret
        if not client or not secret or (client, secret) != wanted:
            body = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return Answer(401, body)
        token, seconds = f"A21AA{secrets.token_urlsafe(48)}", self._options.token_seconds
        with self._ledger.change():
            self._ledger.put("token", {"id": token, "until": self._ledger.now() + seconds})
        return Answer(
            200,
            {
                "scope": "https://uri.paypal.com/services/payments/payment",
                "access_token": token,
                "token_type": "Bearer",
                "app_id": "APP-80W284485P519543T",
                "expires_in": seconds,
                "nonce": f"{self._ledger.stamp()}{secrets.token_urlsafe(32)}",
            },
        )

    # What has an effect has it once for a request id

    def _effect(self, call: str, kind: str) -> Callable[[Request], Answer]:
        effects: dict[str, Effect] = {
            "create": lambda asked: self._orders.create(asked.json),
            "capture": lambda asked: self._orders.capture(*asked.parts),
            "refund": lambda asked: self._payments.refund(asked.parts[0], asked.json),
        }

        def handle(request: Request) -> Answer:
            if "json" not in request.headers.get("Content-Type", ""):
                return error(415)
            request_id = request.headers.get("PayPal-Request-Id")
            if not request_id:
                self._before(call)
                return self._do(effects[call], kind, request, "")
            key = f"{call} {request.path} {request_id}"
            with self._busy_lock:
                if key in self._busy:
                    raise refused(409, "PREVIOUS_REQUEST_IN_PROGRESS")
                self._busy.add(key)
            try:
                # The same id again is answered alike though it be slow or fail again.
                self._before(call)
                return self._replay(key, kind, request) or self._do(
                    effects[call], kind, request, key
                )
            finally:
                with self._busy_lock:
                    self._busy.remove(key)

        return handle

    def _do(self, effect: Effect, kind: str, request: Request, key: str) -> Answer:
        with self._ledger.change():
            made = effect(request)
            if isinstance(made, Answer):
                if key and self._options.keep_declines:
                    self._keep(key, request, {"refusal": [made.status, made.body]})
                return made
            if key:
                self._keep(key, request, {"kind": kind, "of": made["id"]})
            return self._show(kind, made, request, 201)

    def _keep(self, key: str, request: Request, more: Row) -> None:
        kept = {"id": key, "at": self._ledger.now(), "asked": _canonical(request.body)}
        self._ledger.put("request", kept | {"repeated": 0, "changed": 0} | more)

    def _replay(self, key: str, kind: str, request: Request) -> Answer | None:
        """The latest state of what the same id made before; its body is not looked at."""
        with self._ledger.change():
            kept = self._ledger.get("request", key)
            if not kept or self._ledger.now() - kept["at"] > KEPT:
                return None
            kept["repeated"] += 1
            kept["changed"] += kept["asked"] != _canonical(request.body)
            self._ledger.put("request", kept)
            if "refusal" in kept:
                return Answer(*kept["refusal"])
            return self._show(kind, self._payments.find(kind, kept["of"]), request)

    # Reading

    def _show(self, kind: str, row: Row, request: Request, status: int = 200) -> Answer:
        minimal = "return=representation" not in request.headers.get("Prefer", "")
        shown = self._orders.shown
        if kind == "order":
            return Answer(status, shown.order(row, minimal=minimal and request.method == "POST"))
        if kind == "capture":
            return Answer(status, shown.capture(row, related=True))
        body = shown.refund(row)
        if minimal and request.method == "POST":
            body = {name: body[name] for name in ("id", "status", "links")}
        return Answer(status, body)

    def _get_order(self, request: Request) -> Answer:
        return self._show("order", self._orders.find(*request.parts), request)

    def _getter(self, kind: str) -> Callable[[Request], Answer]:
        return lambda asked: self._show(kind, self._payments.find(kind, *asked.parts), asked)

    def _verify(self, request: Request) -> Answer:
        asked: Any = request.json
        if not isinstance(asked, dict):
            raise refused(400, "MALFORMED_REQUEST_JSON")
        validation.required(asked, "", *SIGNED)
        validation.length(asked, "", **dict.fromkeys(SIGNED[:-1], 500))
        good = self._webhooks.verify(asked)
        return Answer(200, {"verification_status": "SUCCESS" if good else "FAILURE"})


def _basic(header: str) -> tuple[str, str]:
    try:
        decoded = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client, _, secret = decoded.partition(":")
    return client, secret


def _canonical(body: bytes) -> str:
    return json.dumps(json.loads(body or b"{}"), sort_keys=True, ensure_ascii=False)
