"""What the simulator is started with."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Options:
    host: str
    port: int
    data_dir: Path
    url: str
    shop_webhook: str
    webhook_id: str
    client_id: str
    secret: str
    merchant_id: str
    merchant_email: str
    token_seconds: int
    retries: list[float]
    keep_declines: bool

    @classmethod
    def read(cls, arguments: list[str] | None = None) -> Self:
        parser = argparse.ArgumentParser("paypal", description="A simulator of PayPal.")
        add = parser.add_argument
        add("--host", default="127.0.0.1", help="where to listen (%(default)s)")
        add("--port", type=int, default=8101, help="(%(default)s)")
        add("--data-dir", type=Path, default=Path("var/paypal"), help="(%(default)s)")
        add("--url", default="", help="its own address in links; made from host and port")
        add("--shop-webhook", default="", help="where events are delivered; none if left out")
        add("--webhook-id", default="SIMULATEDWEBHOOK", help="(%(default)s)")
        add("--client-id", default="", help="the only one accepted; any if left out")
        add("--secret", default="", help="the only one accepted; any if left out")
        add("--merchant-id", default="SIMULATEDSHOP", help="(%(default)s)")
        add("--merchant-email", default="shop@paypal.example", help="(%(default)s)")
        add("--token-seconds", type=int, default=32_400, help="(%(default)s)")
        add("--retries", default="1,2,4,8,16,32", help="waits for a webhook, s (%(default)s)")
        add("--keep-declines", action="store_true", help="a request id repeats a decline, too")
        given = vars(parser.parse_args(arguments))
        given["retries"] = [float(wait) for wait in given["retries"].split(",") if wait]
        given["url"] = given["url"].rstrip("/") or f"http://{given['host']}:{given['port']}"
        return cls(**given)
