"""A deed: a button of an order that leads to a page that asks, and to a POST that does."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from orders.forms import OrderForm, ReasonForm
from orders.models import Order

Said = tuple[int, str]  # a level of django.contrib.messages, and the words


class Refused(Exception):  # noqa: N818 it reads as what happened
    """It was not done: words for the editor, and the field that they are about if it is one."""

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.words, self.field = words, field


class Deed:
    code = ""  # the last part of its address
    words: Any = ""  # on the button of the order
    does: Any = ""  # on the one that does it, if that says something else
    permission = ""
    template = "admin/orders/deed.html"
    form: type[OrderForm] = ReasonForm

    def can(self, order: Order) -> bool:
        """Whether there is anything to do; the verb decides once more."""
        raise NotImplementedError

    def asks(self, order: Order) -> str:
        """What the page says before it is done."""
        return ""

    def done(self, order: Order) -> str:
        """What is answered to a press that comes after it was done; empty if it was not."""
        return ""

    def do(self, order: Order, form: Any, user: Any) -> Said:
        """Call the verb and tell what happened. Raises Refused."""
        raise NotImplementedError

    @property
    def route(self) -> URLPattern:
        view = admin.site.admin_view(self.view)
        return path(f"<int:pk>/{self.code}/", view, name=f"orders_order_{self.code}")

    def url(self, order: Order) -> str:
        return reverse(f"admin:orders_order_{self.code}", args=[order.pk])

    def offered(self, order: Order, user: Any) -> bool:
        return user.has_perm(f"orders.{self.permission}") and self.can(order)

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(f"orders.{self.permission}"):
            raise PermissionDenied
        order = get_object_or_404(Order, pk=pk)
        if words := self.done(order):
            return self.back(request, order, messages.INFO, words)
        form = self.make_form(request, order)
        if form.is_valid():
            return self.answer(request, order, form)
        if not self.can(order):
            return self.back(request, order, messages.ERROR, self.not_now())
        return self.page(request, order, form)

    def make_form(self, request: HttpRequest, order: Order) -> OrderForm:
        return self.form(order, request.POST if request.method == "POST" else None)

    def answer(self, request: HttpRequest, order: Order, form: OrderForm) -> HttpResponse:
        try:
            level, words = self.do(order, form, request.user)
        except Refused as refused:
            order.refresh_from_db()
            if not self.can(order):
                return self.back(request, order, messages.ERROR, refused.words)
            form.add_error(refused.field, refused.words)
            return self.page(request, order, form)
        return self.back(request, order, level, words)

    def not_now(self) -> str:
        return gettext("That cannot be done with the order as it is now.")

    def back(self, request: HttpRequest, order: Order, level: int, words: str) -> HttpResponse:
        messages.add_message(request, level, words)
        return redirect("admin:orders_order_change", order.pk)

    def page(
        self, request: HttpRequest, order: Order, form: OrderForm, template: str = "", **more: Any
    ) -> HttpResponse:
        context = admin.site.each_context(request) | more
        context |= {"deed": self, "order": order, "form": form, "title": self.words}
        context |= {"asked": self.asks(order), "deed_url": self.url(order), "opts": Order._meta}
        status = 422 if form.errors else 200
        return TemplateResponse(request, template or self.template, context, status=status)
