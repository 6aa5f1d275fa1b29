from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from contact.forms import ContactForm
from contact.models import Thread
from uploads.storage import NotStored
from web.head import Head
from web.pages import changed, page
from web.request import Request
from web.throttle import Throttle, client_of

LETTERS = Throttle("contact", most=10, seconds=3600)


def write(request: Request) -> HttpResponse:
    if request.method != "POST":
        return _page(request, ContactForm(initial=_known(request)))
    form = ContactForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    if not _is_repeated(form) and not LETTERS.count(client_of(request), _email(form)):
        return _page(request, form, status=429)
    if not form.is_caught:
        try:
            _keep(request, form)
        except NotStored:
            form.add_error("picture", _no_room())
            return _page(request, form, status=422)
    return changed(request, then="contact:sent")


@require_safe
def sent(request: Request) -> HttpResponse:
    return page(request, "contact/sent.html", {"title": gettext("We have your message")})


def _known(request: Request) -> dict[str, str]:
    known = {"order_number": request.GET.get("order", "")[:20]}
    if request.user.is_authenticated:
        known |= {"name": request.user.name, "email": request.user.email}
    return known


def _keep(request: Request, form: ContactForm) -> None:
    told = form.cleaned_data
    Thread.objects.begin(
        told["once"],
        name=told["name"],
        email=told["email"],
        subject=told["subject"],
        order_number=told["order_number"],
        text=told["message"],
        picture=told["picture"],
        language=get_language() or "",
        member=request.user if request.user.is_authenticated else None,
    )


def _is_repeated(form: ContactForm) -> bool:
    return Thread.objects.filter(once=form.cleaned_data["once"]).exists()


def _email(form: ContactForm) -> str:
    return str(form.cleaned_data["email"]).lower()


def _no_room() -> str:
    return gettext(
        "We cannot take a picture at the moment. Send the message without it, or try again later."
    )


def _page(request: Request, form: ContactForm, status: int = 200) -> HttpResponse:
    form.say_what_is_lost()
    title = gettext("Please wait a while") if status == 429 else gettext("Contact us")
    path = reverse("contact:write")
    head = Head(path, title, gettext("Write to us: about an order, a piece, or anything else."))
    context = {
        "title": title,
        "head": head if status == 200 else None,
        "form": form,
        "is_waiting": status == 429,
        "problems": form.problems if status == 422 else [],
    }
    response = page(request, "contact/write.html", context, status=status)
    if status == 429:
        response["Retry-After"] = str(LETTERS.seconds)
    return response
