from typing import Any

from allauth.account import views as allauth
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from allauth.account.views import LogoutView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.transaction import atomic
from django.http import HttpResponse
from django.utils.translation import gettext

from cart.context import cart_of
from cart.keepers import Guest
from members import notices
from members.forms import DetailsForm
from web.forms import problems
from web.pages import changed, page
from web.request import Request


@login_required
def overview(request: Request) -> HttpResponse:
    """Where a member's things are found."""
    return page(request, "account/overview.html", {"title": gettext("Your account")})


@login_required
def details(request: Any) -> HttpResponse:
    form = DetailsForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, gettext("Your details are changed."))
        return changed(request, then="members:overview")
    told = {"title": gettext("Name and language"), "form": form, "problems": problems(form)}
    return page(request, "account/details.html", told, status=422 if form.is_bound else 200)


class SignOutView(LogoutView):
    def logout(self) -> None:
        """Also who has not come in yet starts afresh.

        A code that is awaited must be forgotten too: the page that asks for it would otherwise
        stay open for addresses that have an account, and close for those that have none.
        So must notices that no page has shown yet: they name the member.
        A cart of this device's that was never taken into the account stays on the device.
        """
        notices.forget(self.request)
        waiting = cart_of(self.request).waiting
        super().logout()
        if waiting:
            Guest(self.request.session).write(waiting)
        self.request.session.pop(EMAIL_VERIFICATION_CODE_SESSION_KEY, None)


sign_out = SignOutView.as_view()

# Each may give the account another address, and what other apps do then (`email_changed`) goes with
# it: all of it or nothing.
changing = {
    "account_email": ("email", atomic(allauth.email)),
    "account_email_verification_sent": ("confirm-email", atomic(allauth.email_verification_sent)),
    "account_confirm_login_code": ("login/code/confirm", atomic(allauth.confirm_login_code)),
    "account_confirm_password_reset_code": (
        "password/reset/confirm",
        atomic(allauth.confirm_password_reset_code),
    ),
}
