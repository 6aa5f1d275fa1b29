"""The rights of persons who write to the shop: an editor shows, exports or erases what is held."""

import io
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from orders import flows
from privacy.archive import write
from privacy.forms import PersonForm
from privacy.models import Export

SEE, ERASE = "privacy.export_person", "privacy.erase_person"


@admin.register(Export)
class PersonAdmin(admin.ModelAdmin):
    """One page in place of a list: an address is typed, and never part of an address."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and request.user.has_perm(SEE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PersonForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._page(request, form)
        deed = request.POST.get("deed", "")
        if deed == "export":
            return self._export(form)
        if deed in {"erase", "erase-sure"}:
            return self._erase(request, form, sure=deed == "erase-sure")
        return self._page(request, form, **_held(form))

    def _export(self, form: PersonForm) -> HttpResponse:
        file, member, emails = io.BytesIO(), form.member, form.emails
        write(file, flows.export(member, emails), flows.files(member, emails))
        response = HttpResponse(file.getvalue(), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="person.zip"'
        response["Cache-Control"] = "private, no-store"
        return response

    def _erase(self, request: HttpRequest, form: PersonForm, *, sure: bool) -> HttpResponse:
        if not request.user.has_perm(ERASE):
            raise PermissionDenied
        member = form.member
        if not sure:
            return self._page(request, form, asking=True, **_held(form))
        try:
            flows.erase(member, form.emails)
        except flows.NotErased:
            form.add_error(None, gettext("This person cannot be erased yet."))
            return self._page(request, form, **_held(form))
        messages.success(request, gettext("The person is erased. One last mail tells them so."))
        return redirect("admin:privacy_export_changelist")

    def _page(self, request: HttpRequest, form: PersonForm, **more: Any) -> HttpResponse:
        context = admin.site.each_context(request) | more
        context |= {"title": gettext("Data of a person"), "form": form, "opts": Export._meta}
        context["may_erase"] = request.user.has_perm(ERASE)
        status = 422 if form.errors else 200
        response = TemplateResponse(request, "admin/privacy/person.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response


def _held(form: PersonForm) -> dict[str, Any]:
    """How much there is in each table, and what is in the way of erasing it."""
    member, emails = form.member, form.emails
    found = flows.export(member, emails)
    held = {
        f"{app}-{name}": len(rows)
        for app, tables in found.items()
        for name, rows in tables.items()
        if rows
    }
    superuser = bool(member) and flows.is_last_superuser(member)
    return {
        "held": held,
        "looked": True,
        "member": member,
        "hindrances": flows.hindrances(member, emails),
        "last_superuser": superuser,
    }
