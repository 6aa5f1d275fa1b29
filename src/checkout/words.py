"""Why an order was not placed, in words for the shopper."""

from django.utils.translation import gettext

from orders import flows


def not_placed(reason: flows.NotPlaced) -> str:
    match reason:
        case flows.SoldOut(variant=variant):
            return gettext(
                "%(name)s was bought by someone else a moment ago. Nothing has been ordered yet."
            ) % {"name": variant.product.name}
        case flows.CouponGone(code=code):
            return gettext(
                "The code %(code)s cannot be used any more. Nothing has been ordered yet."
            ) % {"code": code}
        case flows.TooManyUnpaid():
            return gettext(
                "You have several orders waiting for payment. Pay one of them first, please."
            )
    return gettext("Something has changed since you last looked. Please check the order again.")
