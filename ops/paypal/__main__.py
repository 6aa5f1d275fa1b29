"""A simulator of PayPal, of which it speaks the public API: `python ops/paypal --help`."""

import os
import signal
import sys

from api import Api
from control import Control
from faults import Faults
from ledger import Ledger
from options import Options
from orders import Orders
from pages import Pages
from payments import Payments
from web import Server
from webhooks import Webhooks


def server(options: Options) -> tuple[Server, Ledger]:
    ledger, faults = Ledger(options.data_dir), Faults()
    webhooks = Webhooks(ledger, faults, options)
    orders = Orders(ledger, webhooks, options)
    payments = Payments(ledger, webhooks, orders)
    api = Api(ledger, faults, webhooks, options, orders, payments)
    control = Control(ledger, faults, webhooks, orders, payments, api)
    routes = [*api.routes(), *control.routes(), *Pages(ledger, orders, options).routes()]
    return Server((options.host, options.port), routes), ledger


def main() -> None:
    options = Options.read()
    try:
        serving, ledger = server(options)
    except OSError as problem:
        sys.exit(f"Port {options.port} cannot be used: {problem}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"A simulator of PayPal on {options.url}/ (no money moves)", flush=True)
    try:
        serving.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        ledger.close()
        os._exit(0)  # without waiting for a shop that does not answer its webhook


if __name__ == "__main__":
    main()
