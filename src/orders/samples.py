"""One of each mail about an order, of rows that the gallery takes back."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext

from money.tax import tax_within
from orders import mail
from orders.flows import finding
from orders.models import (
    Attempt,
    Capture,
    Carrier,
    Order,
    OrderEvent,
    OrderLine,
    Refund,
    ReturnRequest,
    Shipment,
)
from outbox.gallery import NAME, READER

RATE = 2000
CUP = {"name_en": "Tea cup", "name_zh": "茶杯", "choices_en": "Celadon", "choices_zh": "青瓷"}
TRAY = {"name_en": "Tea tray", "name_zh": "茶盤"}
POST = {"delivery_en": "Royal Mail Tracked 48", "delivery_zh": "英國皇家郵政追蹤郵件"}
GOODS, DISCOUNT, DELIVERY = 8600, 860, 495


def _order() -> Order:
    total = GOODS - DISCOUNT + DELIVERY
    order = Order.objects.create(
        checkout_token=secrets.token_urlsafe(32),
        language=get_language(),
        email=READER,
        address={"country_code": settings.SHOP_COUNTRY, "name": NAME},
        currency=settings.SHOP_CURRENCY,
        goods=GOODS,
        discount=DISCOUNT,
        delivery_price=DELIVERY,
        delivery_tax_rate=RATE,
        delivery_tax=tax_within(DELIVERY, RATE),
        tax=tax_within(total, RATE),
        total=total,
        hold_until=timezone.now() + timedelta(days=7),
        **POST,
    )
    _line(order, "TC-CEL", 2400, 2, **CUP)
    _line(order, "TR-OAK", 3800, 1, **TRAY)
    order.discounts.create(
        code="WELCOME10", name_en="Welcome", name_zh="歡迎", kind="order", amount=DISCOUNT
    )
    return order


def _line(order: Order, sku: str, price: int, quantity: int, **names: str) -> OrderLine:
    total = price * quantity
    figures = {"unit_price": price, "quantity": quantity, "total": total, "held": quantity}
    figures |= {"tax_rate": RATE, "tax": tax_within(total, RATE)}
    return order.lines.create(sku=sku, **figures, **names)


def _happened(kind: OrderEvent.Kind) -> tuple[Order, OrderEvent]:
    order = _order()
    return order, order.record(kind)


def _placed() -> Any:
    order, _event = _happened(OrderEvent.Kind.PLACED)
    return mail.placed(order, Attempt(order=order))


def _paid() -> Any:
    return mail.paid(*_happened(OrderEvent.Kind.PAID))


def _cancelled() -> Any:
    return mail.cancelled(*_happened(OrderEvent.Kind.CANCELLED))


def _shipped() -> Any:
    order, event = _happened(OrderEvent.Kind.SHIPPED)
    page = {"tracking_url": "https://www.example.com/track/{}"}
    carrier, _made = Carrier.objects.get_or_create(name="Royal Mail", defaults=page)
    parcel = Shipment.objects.create(order=order, carrier=carrier, tracking="AB123456789GB")
    cups = order.lines.get(sku="TC-CEL")
    parcel.lines.create(line=cups, quantity=cups.quantity)
    order.lines.filter(pk=cups.pk).update(held=0, fulfilled=cups.quantity)
    return mail.shipped(order, event, parcel)


def _refunded() -> Any:
    order, event = _happened(OrderEvent.Kind.REFUNDED)
    attempt = order.attempts.create(provider="paypal", amount=order.total, currency=order.currency)
    capture = Capture.objects.create(
        attempt=attempt, amount=order.total, capture_id=secrets.token_urlsafe(16)
    )
    cup, amount = order.lines.get(sku="TC-CEL"), 2160
    refund = Refund.objects.create(capture=capture, amount=amount + DELIVERY, delivery=DELIVERY)
    tax = tax_within(amount, RATE)
    refund.lines.create(line=cup, quantity=1, amount=amount, tax=tax, restock=True)
    return mail.refunded(order, event, refund)


def _asked(order: Order) -> ReturnRequest:
    note = gettext("The rim has a chip.")
    asked = ReturnRequest.objects.create(order=order, note=note)
    asked.lines.create(line=order.lines.get(sku="TC-CEL"), quantity=1, reason="damaged")
    return asked


def _return_asked() -> Any:
    order, event = _happened(OrderEvent.Kind.RETURN_ASKED)
    return mail.return_asked(order, event, _asked(order))


def _return_refused() -> Any:
    order, event = _happened(OrderEvent.Kind.RETURN_REFUSED)
    why = gettext("It was asked for after the time for returns.")
    return mail.return_refused(order, event, _asked(order), why)


def _link() -> Any:
    return finding.find(_order().number, READER)


SAMPLES = {
    mail.PLACED: _placed,
    mail.PAID: _paid,
    mail.SHIPPED: _shipped,
    mail.REFUNDED: _refunded,
    mail.CANCELLED: _cancelled,
    mail.RETURN_ASKED: _return_asked,
    mail.RETURN_REFUSED: _return_refused,
    finding.ORDER_LINK: _link,
}
