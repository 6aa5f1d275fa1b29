from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.forms import modelform_factory
from django.http import Http404
from django.utils import translation
from django.utils.translation import get_language, gettext
from rest_framework.response import Response

from api.manners.asked import heard
from api.manners.once import answered_once
from api.manners.problems import Problem
from api.manners.versions import match, version_of
from api.schema.described import described
from api.shapes.orders import ParcelShape
from api.shapes.staff import (
    AskedParcel,
    AskedStock,
    CarrierShape,
    StockShape,
    ToFulfilListShape,
    ToFulfilShape,
)
from api.view import View, shown
from api.views.catalog import query
from api.views.orders import PAGES, listed
from catalog.forms import VariantForm
from catalog.models import Variant
from money.currency import major
from orders import flows
from orders.forms import ShipForm
from orders.models import Carrier, Order, OrderLine

MOST = 1_000_000  # pieces of a variant
PriceForm = modelform_factory(Variant, form=VariantForm, fields=["price", "compare_at", "stock"])


class StaffView(View):
    tag, kind, for_guests = "Staff", "staff", False


class Stock(StaffView):
    scopes = {"stock"}

    @described("readStock", "Stock and price of a variant", gives=StockShape)
    def get(self, request: Any, sku: str) -> Response:
        return self.answer(_variant(sku))

    @described(
        "changeStock",
        "Change stock or price",
        asks=AskedStock,
        gives=StockShape,
        says="`If-Match` carries the ETag that was read with what is changed.",
        query=[query("If-Match", "The ETag of what was read.", location="header", required=True)],
        also=(412, 428),
    )
    @transaction.atomic
    def patch(self, request: Any, sku: str) -> Response:
        asked, variant = AskedStock.of(request), _variant(sku, locked=True)
        match(request, *(_version(variant, code) for code, _name in settings.LANGUAGES))
        if "stock" in asked:
            if not 0 <= asked["stock"] <= MOST:
                words = gettext("Choose from 0 to %(most)s.") % {"most": MOST}
                raise Problem("refused", wrong=[("/stock", words)])
            Variant.objects.restock(variant.pk, asked["stock"] - (variant.stock or 0))
        if asked.keys() - {"stock"}:  # only these are a new version of all that is kept
            told = {name: _typed(asked, variant, name) for name in ("price", "compare_at")}
            heard(PriceForm(told, instance=variant)).save()
        return self.answer(_variant(sku))

    def answer(self, variant: Variant) -> Response:
        response = shown(StockShape, variant)
        response["ETag"] = _version(variant)
        return response


def _variant(sku: str, *, locked: bool = False) -> Variant:
    rows = Variant.objects.filter(sku=sku)
    found = rows.select_for_update().first() if locked else rows.first()
    if found is None:
        raise Http404
    return found


def _version(variant: Variant, language: str | None = None) -> str:
    """Of all that is told of it, in the language of the request, or in another."""
    with translation.override(language or get_language()):
        told = variant.active, variant.title, get_language()
    return version_of(variant.pk, variant.stock, variant.price, variant.compare_at, *told)


def _typed(asked: dict[str, Any], variant: Variant, name: str) -> str:
    """An amount as the form takes it, which people fill in."""
    amount = getattr(variant, name)
    if name in asked:
        given = asked[name] or {"amount": None}
        if given.get("currency", settings.SHOP_CURRENCY) != settings.SHOP_CURRENCY:
            words = gettext("Amounts here are in %(currency)s.")
            words %= {"currency": settings.SHOP_CURRENCY}
            raise Problem("refused", wrong=[(f"/{name}/currency", words)])
        amount = given.get("amount")
    return "" if amount is None else str(major(amount, settings.SHOP_CURRENCY))


class FulfilmentView(StaffView):
    scopes = {"fulfilment"}

    def order(self, number: str) -> Order:
        sold = Order.objects.filter(state__in=[Order.State.PAID, Order.State.FULFILLED])
        found = sold.prefetch_related("lines").filter(number=number).first()
        if found is None:
            raise Http404
        return found


class ToFulfil(FulfilmentView):
    @described(
        "listOrdersToFulfil",
        "Paid orders of which pieces wait to be sent",
        gives=ToFulfilListShape,
        query=PAGES,
        also=(422,),
    )
    def get(self, request: Any) -> Response:
        held = OrderLine.objects.filter(order=OuterRef("pk"), held__gt=0)
        waiting = Order.objects.filter(Exists(held), state=Order.State.PAID)
        parcels = ("shipments__carrier", "shipments__lines")
        found = waiting.prefetch_related(*parcels)
        return listed(request, found, ToFulfilListShape, among=Order.objects.all())


class OneToFulfil(FulfilmentView):
    @described("readOrderToFulfil", "An order, to be packed", gives=ToFulfilShape)
    def get(self, request: Any, number: str) -> Response:
        return shown(ToFulfilShape, self.order(number))


class Parcels(FulfilmentView):
    @described(
        "sendParcel",
        "Note a parcel; the shopper gets a mail",
        asks=AskedParcel,
        gives=ParcelShape,
        status=201,
    )
    @answered_once
    def post(self, request: Any, number: str) -> Response:
        order, asked = self.order(number), AskedParcel.of(request)
        form = heard(ShipForm(order, self._told(asked)), _pointer)
        chosen = form.cleaned_data
        parcel = flows.ship(
            order.pk,
            self._pieces(asked),
            chosen["carrier"],
            chosen["tracking"],
            request.user,
            request_id=self.once,
        )
        return shown(ParcelShape, parcel, 201)

    def _told(self, asked: dict[str, Any]) -> dict[str, Any]:
        carrier = Carrier.objects.filter(name=asked.get("carrier", "").replace("\0", "")).first()
        told = {"carrier": carrier and carrier.pk, "tracking": asked.get("tracking", "")}
        return told | {f"pieces-{pk}": n for pk, n in self._pieces(asked).items()}

    def _pieces(self, asked: dict[str, Any]) -> dict[int, int]:
        return {each.get("line", 0): each.get("quantity", 0) for each in asked.get("lines", [])}


def _pointer(name: str) -> str:
    return "/lines" if name.startswith("pieces-") else f"/{name}"


class Carriers(FulfilmentView):
    @described("listCarriers", "The shop’s carriers", gives=CarrierShape(many=True))
    def get(self, request: Any) -> Response:
        return Response(CarrierShape(Carrier.objects.all(), many=True).data)
