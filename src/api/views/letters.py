from typing import Any

from django.utils.translation import get_language, gettext
from rest_framework.response import Response

from api.manners.asked import heard
from api.manners.once import answered_once
from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.letters import AskedLetters, AskedSignup, LettersShape
from api.view import View, shown
from newsletter.asking import ASKING, ask, source, verified
from newsletter.forms import PreferencesForm, SignupForm, open_to
from newsletter.models import Subscriber, Topic
from web.throttle import client_of


class Signup(View):
    tag, scopes = "Letters", {"account"}

    @described(
        "askForLetters",
        "Ask for letters",
        asks=AskedSignup,
        status=202,
        says="A mail goes there with a link to confirm. The answer is the same whatever the shop"
        " knows of the address.",
    )
    @answered_once
    def post(self, request: Any) -> Response:
        form = heard(SignupForm(AskedSignup.of(request)))
        if not ASKING.count(client_of(request)):
            raise Problem("too-many", wait=ASKING.seconds)
        ask(request, form)
        return Response(None, 202)


class Letters(View):
    tag, scopes, for_guests = "Letters", {"account"}, False

    @described("readLetters", "What the member gets", gives=LettersShape)
    def get(self, request: Any) -> Response:
        email = verified(self.member)
        found = Subscriber.objects.of(email) if email else None
        reader = found if found and found.is_on_the_list else None
        chosen = reader.topics.all() if reader else Topic.objects.none()
        told = {
            "email": email,
            "on_the_list": bool(reader),
            "language": reader.language if reader else get_language(),
            "topics": [topic.pk for topic in chosen],
            "offered": open_to(chosen),
        }
        return shown(LettersShape, told)

    @described(
        "chooseLetters",
        "Get letters, or change which",
        asks=AskedLetters,
        gives=LettersShape,
        says="To the account’s address, if it is confirmed; no mail asks again.",
    )
    def put(self, request: Any) -> Response:
        email = verified(self.member)
        if not email:
            raise Problem("not-now", gettext("Confirm your email address first."))
        found = Subscriber.objects.of(email)
        form = heard(PreferencesForm(AskedLetters.of(request), found, get_language() or "en"))
        if not (found and found.choose(form.choice, source(request))):
            Subscriber.objects.join(email, self.member, form.choice, source(request))
        return self.get(request)

    @described("leaveLetters", "Get no letters any more", gives=LettersShape)
    def delete(self, request: Any) -> Response:
        email = verified(self.member)
        if email and (found := Subscriber.objects.of(email)):
            found.leave()
        return self.get(request)
