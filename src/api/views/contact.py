from typing import Any

from django.utils.translation import get_language, gettext
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from api.manners.asked import heard
from api.manners.once import answered_once
from api.manners.parsing import Json
from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.letters import AskedMessage
from api.view import View
from contact.forms import ContactForm
from contact.models import Thread
from contact.views import LETTERS
from uploads.storage import NotStored
from web.throttle import client_of


class Contact(View):
    tag, scopes = "Letters", {"account"}
    parser_classes = [Json, MultiPartParser]

    @described("write", "Write to the shop", asks=AskedMessage, status=202)
    @answered_once
    def post(self, request: Any) -> Response:
        told = request.data.dict() if hasattr(request.data, "dict") else AskedMessage.of(request)
        form = heard(ContactForm(told | {"once": str(self.once)}, request.FILES))
        if not LETTERS.count(client_of(request), form.cleaned_data["email"].lower()):
            raise Problem("too-many", wait=LETTERS.seconds)
        try:
            if not form.is_caught:
                self._keep(form.cleaned_data)
        except NotStored as error:
            words = gettext("We cannot take a picture at the moment.")
            raise Problem("later", words, wait=60) from error
        return Response(None, 202)

    def _keep(self, told: dict[str, Any]) -> None:
        Thread.objects.begin(
            told["once"],
            name=told["name"],
            email=told["email"],
            subject=told["subject"],
            order_number=told["order_number"],
            text=told["message"],
            picture=told["picture"],
            language=get_language() or "",
            member=self.member,
        )
