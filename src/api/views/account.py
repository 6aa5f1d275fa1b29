from typing import Any

from django.http import Http404
from rest_framework.response import Response

from api.manners.asked import heard
from api.manners.once import answered_once
from api.schema.described import described
from api.shapes.account import (
    AddressShape,
    AskedAddress,
    AskedDetails,
    PersonShape,
)
from api.view import View, shown
from members.address_forms import AddressForm
from members.forms import DetailsForm
from members.models import Address


class AccountView(View):
    tag, scopes, for_guests = "Account", {"account"}, False


class Details(AccountView):
    @described("readAccount", "Name and language", gives=PersonShape)
    def get(self, request: Any) -> Response:
        return shown(PersonShape, self.member)

    @described("changeAccount", "Change name or language", asks=AskedDetails, gives=PersonShape)
    def patch(self, request: Any) -> Response:
        now = {"name": self.member.name, "language": self.member.language}
        form = DetailsForm(now | AskedDetails.of(request), instance=self.member)
        return shown(PersonShape, heard(form).save())


class Addresses(AccountView):
    @described("listAddresses", "The member’s addresses", gives=AddressShape(many=True))
    def get(self, request: Any) -> Response:
        return Response(AddressShape(self.member.addresses.all(), many=True).data)

    @described("keepAddress", "Keep an address", asks=AskedAddress, gives=AddressShape, status=201)
    @answered_once
    def post(self, request: Any) -> Response:
        told = _told(request)
        more = {key: told[key] for key in ("label", "phone", "default")}
        kept = Address.objects.keep(self.member, told["address"], **more)
        kept.refresh_from_db()
        return shown(AddressShape, kept, 201)


class AddressView(AccountView):
    def address(self, pk: int) -> Address:
        found = self.member.addresses.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class OneAddress(AddressView):
    @described("readAddress", "An address", gives=AddressShape)
    def get(self, request: Any, pk: int) -> Response:
        return shown(AddressShape, self.address(pk))

    @described("changeAddress", "Change an address", asks=AskedAddress, gives=AddressShape)
    def put(self, request: Any, pk: int) -> Response:
        kept = self.address(pk)
        told = _told(request, is_default=kept.default)
        default = told.get("default", False)
        kept.change(told["address"], told["label"], told["phone"], default=default)
        return shown(AddressShape, kept)

    @described("removeAddress", "Delete an address", status=204)
    def delete(self, request: Any, pk: int) -> Response:
        self.address(pk).remove()
        return Response(status=204)


class DefaultAddress(AddressView):
    @described("startWithAddress", "Start orders with this address", gives=AddressShape)
    def post(self, request: Any, pk: int) -> Response:
        kept = self.address(pk)
        kept.make_default()
        return shown(AddressShape, kept)


OUTSIDE = ("label", "phone", "default")  # of an address, but in its form


def _told(request: Any, **more: Any) -> dict[str, Any]:
    asked = AskedAddress.of(request)
    beside = {name: asked[name] for name in OUTSIDE if name in asked}
    form = AddressForm.sent(asked.get("address", {}) | beside, **more)
    heard(form, lambda name: f"/{name}" if name in OUTSIDE else f"/address/{name}")
    return form.cleaned_data
