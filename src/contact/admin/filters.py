from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contact.models import Thread


class AssigneeFilter(admin.SimpleListFilter):
    title, parameter_name = _("assignee"), "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine")), ("nobody", _("Nobody's"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Thread]) -> QuerySet[Thread]:
        whose: dict[Any, Any] = {"mine": request.user, "nobody": None}
        value = self.value()
        return queryset.filter(assignee=whose[value]) if value in whose else queryset


class WaitingFilter(admin.SimpleListFilter):
    title, parameter_name = _("attention"), "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Waits for the shop"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Thread]:
        return queryset.waiting() if self.value() == "1" else queryset
