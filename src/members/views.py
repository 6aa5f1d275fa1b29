from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from allauth.account.views import LogoutView
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext

from cart.context import cart_of
from cart.keepers import Guest
from web.pages import page
from web.request import Request


@login_required
def overview(request: Request) -> HttpResponse:
    """Where a member's things are found."""
    return page(request, "account/overview.html", {"title": gettext("Your account")})


class SignOutView(LogoutView):
    def logout(self) -> None:
        """Also who has not come in yet starts afresh.

        A code that is awaited must be forgotten too: the page that asks for it would otherwise
        stay open for addresses that have an account, and close for those that have none.
        A cart of this device's that was never taken into the account stays on the device.
        """
        waiting = cart_of(self.request).waiting
        super().logout()
        if waiting:
            Guest(self.request.session).write(waiting)
        self.request.session.pop(EMAIL_VERIFICATION_CODE_SESSION_KEY, None)


sign_out = SignOutView.as_view()
