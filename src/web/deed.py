"""A deed: a button of a thing in the admin, a page that asks, and a POST that does it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from web.forms import Form

Said = tuple[int, str]  # a level of django.contrib.messages, and the words


class Refused(Exception):  # noqa: N818 it reads as what happened
    """It was not done: words for the editor, and the field that they are about if it is one."""

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.words, self.field = words, field


class DeedForm(Form):
    """Asks nothing but whether to do it."""

    def __init__(self, thing: Any, data: Any = None, **more: Any) -> None:
        super().__init__(data, label_suffix="", **more)
        self.thing = thing

    def add_error(self, field: Any, error: Any) -> None:
        """A field that is not asked here gives its words to the form as a whole."""
        super().add_error(field if field in self.fields else None, error)


class Deed:
    model: Any = None
    code = ""  # the last part of its address
    words: Any = ""  # on the button of the thing
    does: Any = ""  # on the one that does it, if that says something else
    permission = ""
    template = "admin/deed.html"
    form: type[Any] = DeedForm

    def can(self, thing: Any) -> bool:
        """Whether there is anything to do; the verb decides once more."""
        raise NotImplementedError

    def asks(self, thing: Any) -> str:
        """What the page says before it is done."""
        return ""

    def done(self, thing: Any) -> str:
        """What is answered to a press that comes after it was done; empty if it was not."""
        return ""

    def do(self, thing: Any, form: Any, user: Any) -> Said:
        """Call the verb and tell what happened. Raises Refused."""
        raise NotImplementedError

    @property
    def opts(self) -> Any:
        return self.model._meta

    @property
    def name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{self.code}"

    @property
    def route(self) -> URLPattern:
        return path(f"<int:pk>/{self.code}/", admin.site.admin_view(self.view), name=self.name)

    def url(self, thing: Any) -> str:
        return reverse(f"admin:{self.name}", args=[thing.pk])

    def permits(self, user: Any) -> bool:
        return bool(user.has_perm(f"{self.opts.app_label}.{self.permission}"))

    def offered(self, thing: Any, user: Any) -> bool:
        return self.permits(user) and self.can(thing)

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.permits(request.user):
            raise PermissionDenied
        thing = get_object_or_404(self.model, pk=pk)
        if words := self.done(thing):
            return self.back(request, thing, messages.INFO, words)
        form = self.make_form(request, thing)
        if form.is_valid():
            return self.answer(request, thing, form)
        if not self.can(thing):
            return self.back(request, thing, messages.ERROR, self.not_now())
        return self.page(request, thing, form)

    def make_form(self, request: HttpRequest, thing: Any) -> Any:
        return self.form(thing, request.POST if request.method == "POST" else None)

    def answer(self, request: HttpRequest, thing: Any, form: Any) -> HttpResponse:
        try:
            level, words = self.do(thing, form, request.user)
        except Refused as refused:
            thing.refresh_from_db()
            if not self.can(thing):
                return self.back(request, thing, messages.ERROR, refused.words)
            form.add_error(refused.field, refused.words)
            return self.page(request, thing, form)
        return self.back(request, thing, level, words)

    def not_now(self) -> str:
        return gettext("That cannot be done as it is now.")

    def back(self, request: HttpRequest, thing: Any, level: int, words: str) -> HttpResponse:
        messages.add_message(request, level, words)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", thing.pk)

    def page(
        self, request: HttpRequest, thing: Any, form: Any, template: str = "", **more: Any
    ) -> HttpResponse:
        context = admin.site.each_context(request) | more
        context |= {"deed": self, "thing": thing, "form": form, "title": self.words}
        context |= {"asked": self.asks(thing), "deed_url": self.url(thing), "opts": self.opts}
        context[str(self.opts.model_name)] = thing
        status = 422 if form.errors else 200
        return TemplateResponse(request, template or self.template, context, status=status)


def buttons(deeds: list[Deed], thing: Any, user: Any) -> list[dict[str, Any]]:
    """Of a thing's deeds those that this person may do now, for templates/admin/thing.html."""
    offered = [deed for deed in deeds if thing and deed.offered(thing, user)]
    return [{"url": deed.url(thing), "words": deed.words} for deed in offered]
