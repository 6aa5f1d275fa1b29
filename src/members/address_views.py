"""The addresses that a member keeps. Those of others are not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from members.address_forms import AddressForm
from members.models import Address
from web.pages import changed, page
from web.request import Request

LIST = "members:addresses"


def _own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_required
    @wraps(view)
    def answered(request: Any, pk: int) -> HttpResponse:
        try:
            return view(request, get_object_or_404(request.user.addresses, pk=pk))
        except Address.NotUpdated as error:  # it was deleted meanwhile
            raise Http404 from error

    return answered


@login_required
@require_safe
def listing(request: Any) -> HttpResponse:
    context = {"title": gettext("Your addresses"), "addresses": request.user.addresses.all()}
    return page(request, "account/addresses.html", context)


@login_required
def add(request: Any) -> HttpResponse:
    title = gettext("Add an address")
    if request.method != "POST":
        return _asking(request, title, AddressForm.known({"name": request.user.name}))
    form = AddressForm.sent(request.POST)
    if not form.is_bound or not form.is_valid():
        return _asking(request, title, form)
    told = form.cleaned_data
    more = {key: told[key] for key in ("label", "phone", "default")}
    Address.objects.keep(request.user, told["address"], **more)
    messages.success(request, gettext("The address is kept."))
    return changed(request, then=LIST)


@_own
def edit(request: Request, address: Address) -> HttpResponse:
    title = gettext("Change the address")
    if request.method != "POST":
        form = AddressForm.known(address.told, is_default=address.default)
        return _asking(request, title, form)
    form = AddressForm.sent(request.POST, is_default=address.default)
    if not form.is_bound or not form.is_valid():
        return _asking(request, title, form)
    told = form.cleaned_data
    default = told.get("default", False)
    address.change(told["address"], told["label"], told["phone"], default=default)
    messages.success(request, gettext("The address is changed."))
    return changed(request, then=LIST)


@_own
def delete(request: Request, address: Address) -> HttpResponse:
    """A page that asks, and its POST."""
    if request.method != "POST":
        context = {"title": gettext("Delete this address?"), "address": address}
        return page(request, "account/address_delete.html", context)
    address.remove()
    messages.success(request, gettext("The address is deleted."))
    return changed(request, then=LIST)


@_own
def make_default(request: Request, address: Address) -> HttpResponse:
    if request.method != "POST":
        return redirect(LIST)
    address.make_default()
    words = gettext("From now on your orders start with this address: %(address)s.")
    messages.success(request, words % {"address": address})
    return changed(request, then=LIST)


def _asking(request: Request, title: str, form: AddressForm) -> HttpResponse:
    context = {"title": title, "form": form, "problems": form.problems if form.is_bound else []}
    return page(request, "account/address.html", context, status=422 if form.is_bound else 200)
