"""A merchant's hand on the simulator of PayPal, and a finger on its faults."""

import base64
import subprocess
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx


def order(value: str = "24.00", currency: str = "USD", **unit: Any) -> dict[str, Any]:
    """The least that a shop sends."""
    amount = {"currency_code": currency, "value": value}
    return {
        "intent": "CAPTURE",
        "purchase_units": [{"amount": amount} | unit],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "brand_name": "Ink & Leaf",
                    "locale": "en-US",
                    "user_action": "PAY_NOW",
                    "return_url": "http://127.0.0.1:8000/checkout/return/?order=7",
                    "cancel_url": "http://127.0.0.1:8000/checkout/cancel/?order=7",
                }
            }
        },
    }


@dataclass
class PayPal:
    """Each method of the API gives the answer; those of the control give what it says."""

    url: str
    credentials: tuple[str, str] = ("shop", "secret")
    timeout: float = 20
    process: subprocess.Popen | None = None  # to be stopped or killed
    _token: str = field(default="", init=False)

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
        self._client = httpx.Client(
            base_url=self.url, timeout=self.timeout, limits=limits, trust_env=False, verify=False
        )

    # PayPal's API

    def token(self, **more: Any) -> httpx.Response:
        basic = base64.b64encode(":".join(self.credentials).encode()).decode()
        return self._send(
            "POST",
            "/v1/oauth2/token",
            headers={"Authorization": f"Basic {basic}"},
            data={"grant_type": "client_credentials"} | more,
        )

    def call(
        self, method: str, path: str, body: Any = None, *, request_id: str = "", prefer: str = ""
    ) -> httpx.Response:
        if not self._token:
            self._token = self.token().json()["access_token"]
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        headers |= {"PayPal-Request-Id": request_id} if request_id else {}
        headers |= {"Prefer": f"return={prefer}"} if prefer else {}
        return self._send(method, path, headers=headers, json=body)

    def create(self, body: Any = None, **more: Any) -> httpx.Response:
        return self.call("POST", "/v2/checkout/orders", body or order(), **more)

    def show(self, order_id: str) -> httpx.Response:
        return self.call("GET", f"/v2/checkout/orders/{order_id}")

    def capture(self, order_id: str, **more: Any) -> httpx.Response:
        return self.call("POST", f"/v2/checkout/orders/{order_id}/capture", {}, **more)

    def show_capture(self, capture_id: str) -> httpx.Response:
        return self.call("GET", f"/v2/payments/captures/{capture_id}")

    def refund(self, capture_id: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.call("POST", f"/v2/payments/captures/{capture_id}/refund", body or {}, **more)

    def show_refund(self, refund_id: str) -> httpx.Response:
        return self.call("GET", f"/v2/payments/refunds/{refund_id}")

    # The simulator's control

    def ledger(self) -> dict[str, Any]:
        return self.control("GET", "ledger")

    def forget(self) -> None:
        """Empty the ledger; faults and the clock stay."""
        self.control("DELETE", "ledger")

    def fault(self, on: str, do: str, **more: Any) -> None:
        self.control("POST", "faults", {"on": on, "do": do} | more)

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def approve(self, order_id: str, choice: str = "approve", **more: Any) -> dict[str, Any]:
        """Or decline, pending (reason=…), cancel."""
        return self.control("POST", f"orders/{order_id}/{choice}", more)

    def settle(self, capture_id: str, to: str = "complete") -> dict[str, Any]:
        return self.control("POST", f"captures/{capture_id}", {"to": to})

    def change(self, order_id: str, **changes: Any) -> dict[str, Any]:
        return self.control("POST", f"orders/{order_id}/change", changes)

    def resend(self, **what: Any) -> dict[str, Any]:
        return self.control("POST", "webhooks/resend", what)

    def deliver_to(self, url: str) -> None:
        self.control("POST", "webhooks/target", {"url": url})

    def shift_clock(self, seconds: float) -> None:
        self.control("POST", "clock", {"seconds": seconds})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._send(method, f"/_sim/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    # The payer

    def choose(self, order_id: str, choice: str = "approve") -> str:
        """Press a button of the approval page; gives the address to which the shop is returned."""
        answer = self._send("POST", f"/checkoutnow?token={order_id}", data={"choice": choice})
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def page(self, address: str) -> httpx.Response:
        split = urlsplit(address)
        return self._send("GET", f"{split.path}?{split.query}")

    # Short ways

    def captured(self, value: str = "24.00", currency: str = "USD", **unit: Any) -> str:
        """The id of a new, completed capture."""
        order_id = self.create(order(value, currency, **unit)).json()["id"]
        self.approve(order_id)
        unit = self.capture(order_id).json()["purchase_units"][0]
        return unit["payments"]["captures"][0]["id"]

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._client.request(method, path, **more)
