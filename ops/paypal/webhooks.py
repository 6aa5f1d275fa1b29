"""Events, their signatures, and their delivery to the shop."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from faults import Fault, Faults
from ledger import Ledger, Row, new_id
from options import Options

ALGORITHM = "SHA256withRSA"
TIMEOUT = 30


def raw(event: Any) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(
        errors="surrogatepass"
    )


class Webhooks:
    def __init__(self, ledger: Ledger, faults: Faults, options: Options) -> None:
        self._ledger, self._faults, self._options = ledger, faults, options
        self._secret = ledger.remember("webhook secret", secrets.token_hex(32)).encode()
        self.target: str = options.shop_webhook
        self._wake = threading.Event()
        self._lock = threading.Lock()
        waiting = [row["id"] for row in ledger.all("delivery") if row["state"] == "waiting"]
        self._waiting: list[str] = waiting
        self._senders = ThreadPoolExecutor(16, "webhook")
        threading.Thread(target=self._run, daemon=True).start()

    # Events

    def emit(self, event_type: str, summary: str, resource: Row, kind: str) -> Row:
        """To be called inside the change that causes it."""
        event_id = f"WH-{new_id()}-{new_id()}"
        event = {
            "id": event_id,
            "event_version": "1.0",
            "create_time": self._ledger.stamp(),
            "resource_type": kind,
            "resource_version": "2.0",
            "event_type": event_type,
            "summary": summary,
            "resource": resource,
            "links": [
                {
                    "href": f"{self._options.url}/v1/notifications/webhooks-events/{event_id}",
                    "rel": "self",
                    "method": "GET",
                }
            ],
        }
        self._ledger.put("event", event)
        if self.target:
            self._schedule(event, self._faults.take_for_event(event_type))
        return event

    def _schedule(self, event: Row, fault: Fault | None) -> None:
        do = fault.do if fault else ""
        if fault and do == "reorder":
            self.deliver(event, state="held")
            if fault.is_spent:
                self.release()
        elif do == "lose":
            self.deliver(event, state="lost")
        else:
            copies = fault.copies if fault and do == "duplicate" else 1
            late = fault.seconds if fault and do == "late" else 0
            for _ in range(copies):
                self.deliver(event, late=late, forged=do == "bad-signature")

    def deliver(
        self, event: Row, *, state: str = "waiting", late: float = 0, forged: bool = False
    ) -> Row:
        row = {
            "id": str(uuid.uuid4()),
            "event": event["id"],
            "state": state,
            "due": time.time() + late,
            "forged": forged,
            "after": "",
            "attempts": [],
        }
        self._ledger.put("delivery", row)
        if state == "waiting":
            self._enqueue(row["id"])
        return row

    def release(self) -> None:
        """Send what was held back to be reordered, the last one first, each after the other."""
        before = ""
        with self._ledger.change():
            held = [row for row in self._ledger.all("delivery") if row["state"] == "held"]
            for row in reversed(held):
                self._ledger.put("delivery", row | {"state": "waiting", "after": before})
                before = row["id"]
                self._enqueue(row["id"])

    # Signatures

    def _sign(self, transmission: str, moment: str, webhook_id: str, event: Any) -> str:
        text = f"{transmission}|{moment}|{webhook_id}|{zlib.crc32(raw(event))}"
        return base64.b64encode(hmac.digest(self._secret, text.encode(), hashlib.sha256)).decode()

    def verify(self, asked: Row) -> bool:
        good = self._sign(
            asked["transmission_id"],
            asked["transmission_time"],
            self._options.webhook_id,
            asked["webhook_event"],
        )
        return (
            hmac.compare_digest(good.encode(), asked["transmission_sig"].encode())
            and asked["webhook_id"] == self._options.webhook_id
            and asked["auth_algo"] == ALGORITHM
        )

    def _headers(self, event: Row, *, forged: bool) -> dict[str, str]:
        transmission, moment = str(uuid.uuid4()), self._ledger.stamp()
        signature = self._sign(transmission, moment, self._options.webhook_id, event)
        if forged:
            signature = base64.b64encode(secrets.token_bytes(32)).decode()
        return {
            "Content-Type": "application/json",
            "User-Agent": "PayPal/AUHD-214.0-simulator",
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": moment,
            "PAYPAL-TRANSMISSION-SIG": signature,
            "PAYPAL-CERT-URL": f"{self._options.url}/v1/notifications/certs/CERT-simulator",
            "PAYPAL-AUTH-ALGO": ALGORITHM,
            "PAYPAL-AUTH-VERSION": "v2",
        }

    # Delivery

    def _enqueue(self, delivery: str) -> None:
        with self._lock:
            self._waiting.append(delivery)
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(0.05 if self._waiting else None)
            self._wake.clear()
            with self._lock:
                waiting, self._waiting = self._waiting, []
            for delivery in waiting:
                row = self._ledger.get("delivery", delivery)
                if row and self._is_due(row):
                    self._senders.submit(self._send, row)
                elif row:
                    with self._lock:
                        self._waiting.append(delivery)

    def _is_due(self, row: Row) -> bool:
        before = row["after"] and self._ledger.get("delivery", row["after"])
        return row["due"] <= time.time() and not (before and before["state"] == "waiting")

    def _send(self, row: Row) -> None:
        event = self._ledger.get("event", row["event"])
        status = self._post(raw(event), self._headers(event or {}, forged=row["forged"]))
        row["attempts"].append({"at": self._ledger.stamp(), "status": status})
        tried = len(row["attempts"])
        if 200 <= status < 300:
            row["state"] = "delivered"
        elif tried > len(self._options.retries):
            row["state"] = "given up"
        else:
            row["due"] = time.time() + self._options.retries[tried - 1]
        with self._ledger.change():
            self._ledger.put("delivery", row)
        if row["state"] == "waiting":
            self._enqueue(row["id"])

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        """The shop's status; 0 if there was no answer."""
        request = urllib.request.Request(self.target, body, headers)  # noqa: S310
        try:
            with _OPENER.open(request, timeout=TIMEOUT) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except (OSError, ValueError):
            return 0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """A redirect is no 2xx, so it is tried again later."""


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
