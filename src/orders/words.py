"""What a shopper reads of what a verb did, or why it did nothing."""

from collections.abc import Iterator

from django.contrib import messages
from django.utils.translation import gettext

from orders import flows
from orders.models import Order, OrderLine
from payments.provider import Unknown
from web.templatetags.shop import price

MOST = 5  # are named: notices travel in a cookie


def not_paid(reason: Exception) -> str:
    """Why a payment came to nothing, and what can be done now."""
    match reason:
        case flows.SoldOut(variant=variant):
            words = gettext("%(name)s is sold out since your hold ended. You were not charged.")
            return words % {"name": variant.product.name if variant.pk else variant.sku}
        case flows.CouponGone(code=code):
            words = gettext(
                "The code %(code)s was used up after your hold ended. You were not charged. "
                "Change the order to buy without it."
            )
            return words % {"code": code}
        case flows.CardDeclined():
            return gettext(
                "The payment was declined. You were not charged. "
                "Try another card or account, or another way to pay."
            )
        case flows.PaymentUnderWay():
            return gettext("Another payment of this order is under way. This one was not taken.")
        case flows.NotApproved():
            return gettext("The payment was not approved. You were not charged.")
        case flows.Mismatch():
            return gettext(
                "The payment did not match the order, so it was not taken. Please pay once more."
            )
        case Unknown():
            return gettext(
                "PayPal does not answer at the moment. Your order is safe; "
                "try again in a minute, or choose another way to pay."
            )
    return gettext("This payment was not taken. You were not charged.")


def not_ended() -> str:
    return gettext("This order can no longer be cancelled or changed here.")


def too_late() -> str:
    return gettext("That can no longer be sent back.")


def of_again(result: flows.Again, order: Order) -> Iterator[tuple[int, str]]:
    """What an order that was ordered again has become in the cart: (level, words)."""
    yield _whether(result), _in_all(result) % {"number": order.number}
    for words, told in (
        (gettext("No longer in the shop: %(names)s."), [line.title() for line in result.gone]),
        (gettext("Not as many as then: %(names)s."), [_short(*each) for each in result.short]),
        (
            gettext("The price has changed: %(names)s."),
            [_repriced(*each, order.currency) for each in result.repriced],
        ),
    ):
        if told:
            yield messages.WARNING, words % {"names": _named(told)}


def _whether(result: flows.Again) -> int:
    return messages.SUCCESS if result.any else messages.WARNING


def _in_all(result: flows.Again) -> str:
    if not result.gone and not result.short:
        return gettext("Everything of order %(number)s is in your cart.")
    if result.any:
        return gettext("What there still is of order %(number)s is in your cart.")
    return gettext("Nothing of order %(number)s can be bought now.")


def _short(line: OrderLine, n: int) -> str:
    told = {"title": line.title(), "n": n, "wanted": line.quantity}
    return gettext("%(title)s, %(n)s of %(wanted)s") % told


def _repriced(line: OrderLine, now: int, currency: str) -> str:
    told = {"title": line.title(), "now": price(now), "then": price(line.unit_price, currency)}
    return gettext("%(title)s, %(now)s in place of %(then)s") % told


def _named(titles: list[str]) -> str:
    rest = len(titles) - MOST
    more = [gettext("and %(n)s more") % {"n": rest}] if rest > 0 else []
    return "; ".join([*titles[:MOST], *more])
