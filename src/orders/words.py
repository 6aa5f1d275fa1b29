"""What a shopper reads when a verb did nothing."""

from django.utils.translation import gettext

from orders import flows
from payments.provider import Unknown


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
