"""Payment providers by their code, in the order in which a shopper is offered them."""

from django.conf import settings

from payments.offline import Offline
from payments.paypal import PayPal
from payments.provider import Provider, Unknown

PROVIDERS: dict[str, Provider] = {}
if settings.PAYPAL:
    PROVIDERS[PayPal.code] = PayPal(settings.PAYPAL)
PROVIDERS[Offline.code] = Offline()


def begun_with(code: str) -> Provider:
    """The provider of an attempt, which may have been switched off since: then raises Unknown."""
    if code not in PROVIDERS:
        raise Unknown(f"{code} is switched off")
    return PROVIDERS[code]


def offered(amount: int, currency: str) -> list[Provider]:
    """The providers that an order of this amount (minor units) can be paid with."""
    return [each for each in PROVIDERS.values() if each.takes(amount, currency)]
