from typing import Any

from django.utils.translation import gettext
from rest_framework.response import Response

from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.cart import AskedMerge, CartShape, MergeShape
from api.view import View, shown
from cart.merging import CHOOSE, Changed, Merging


class Merge(View):
    """Only a session can hold a second cart: to a token it is as if there were none."""

    tag, scopes, for_guests = "Cart", {"cart"}, False

    @described(
        "readMerge", "Two carts after signing in: what each choice comes to", gives=MergeShape
    )
    def get(self, request: Any) -> Response:
        merging = Merging(request.session, self.member)
        options = merging.options if merging.device else {}
        told = {
            "waits": bool(merging.device),
            "seen": merging.digest if merging.device else "",
            "options": [_option(code, cart) for code, cart in options.items() if code != CHOOSE],
            "can_be_undone": bool(merging.cart.merged),
        }
        return shown(MergeShape, told)

    @described("merge", "Choose which cart it shall be", asks=AskedMerge, gives=CartShape)
    def post(self, request: Any) -> Response:
        asked = AskedMerge.of(request)
        ticked = set(asked.get("lines", [])) if asked.get("choice") == CHOOSE else None
        merging = Merging(request.session, self.member, ticked)
        if "choice" not in asked:
            words = gettext("Choose one of these carts.")
            raise Problem("refused", wrong=[("/choice", words)])
        if ticked is not None and merging.device and not merging.options[CHOOSE].count:
            raise Problem("refused", wrong=[("/lines", gettext("Tick at least one line."))])
        try:
            merging.choose(asked["choice"], asked.get("seen", ""))
        except Changed as error:
            words = gettext("Something has changed since you last looked.")
            raise Problem("not-now", words) from error
        return shown(CartShape, self.cart)

    @described("undoMerge", "Take the choice back", gives=MergeShape)
    def delete(self, request: Any) -> Response:
        if not Merging(request.session, self.member).undo():
            words = gettext("That cannot be undone any more: the cart has changed since.")
            raise Problem("not-now", words)
        return self.get(request)


def _option(code: str, cart: Any) -> dict[str, Any]:
    names = {
        "combine": gettext("Both together"),
        "device": gettext("This device’s"),
        "account": gettext("The account’s"),
    }
    told = {"count": cart.count, "total": cart.total, "summary": cart.summary}
    return {"code": code, "name": names[code]} | told
