"""Idempotency-Key: a request that is sent again is done once and answered alike, for a day.

The key is noted before anything is done, so that of many at once one does it and the others wait
for its answer. What is done and what is answered are committed together. Only where a provider is
spoken to they are not; there the verbs find by the same number what they have done already.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from api.manners.problems import TYPE, Problem
from api.models import Answer
from web.throttle import client_of

HEADER = "Idempotency-Key"
LONGEST = 200  # characters
PATIENCE = 5.0  # seconds that another's answer is waited for
GLANCE = 0.1  # seconds between two looks
KEPT_HEADERS = ("Location", "ETag")

type Post = Callable[..., Response]


def answered_once(post: Post) -> Post:
    """For a view's `post`. It finds in `view.once` the number of what is asked for."""

    @wraps(post)
    def answered(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            view.once = uuid.uuid4()
            return post(view, request, *args, **kwargs)
        asking = Asking(view, request, key)
        view.once = asking.number
        return asking.answer(lambda: post(view, request, *args, **kwargs))

    telling: Any = answered
    telling.once = True  # the schema tells of it
    return answered


class Asking:
    def __init__(self, view: Any, request: Any, key: str) -> None:
        if not (key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST):
            words = gettext("An Idempotency-Key has 1 to %(most)s plain characters.")
            raise Problem("malformed", words % {"most": LONGEST})
        self.view, self.request = view, request
        self.who, self.key = _digest(_who(view, request)), _digest(key)
        self.asked = _digest(request.method, request.get_full_path(), _body(request))

    @property
    def number(self) -> uuid.UUID:
        """The same for the same request and key of the same person, and guessed by nobody."""
        told = f"{self.who} {self.key} {self.asked}"
        made = salted_hmac("api.once", told, algorithm="sha256")
        return uuid.UUID(bytes=made.digest()[:16])

    def answer(self, do: Callable[[], Response]) -> Response:
        deadline = time.monotonic() + PATIENCE
        while True:
            if mine := Answer.objects.claim(self.who, self.key, self.asked, self.view.member):
                return self._do(mine, do)
            if told := self._told():
                return told
            if time.monotonic() > deadline:
                raise Problem("under-way", wait=1)
            time.sleep(GLANCE)

    def _told(self) -> Response | None:
        """What another request with this key has been answered; None while it is at it."""
        known = Answer.objects.filter(who=self.who, key=self.key).first()
        if known is None or (known.status is None and known.asked == self.asked):
            return None
        if known.asked != self.asked or known.status is None:
            raise Problem("key-used")
        kind = TYPE if known.status >= 400 else None
        headers = known.headers | {"Idempotent-Replayed": "true"}
        return Response(json.loads(known.body), known.status, headers=headers, content_type=kind)

    def _do(self, mine: Answer, do: Callable[[], Response]) -> Response:
        try:
            if self.view.asks_others:
                return self._keep(mine, do())
            with transaction.atomic():
                return self._keep(mine, do())
        except BaseException as error:
            return self._not_done(mine, error)

    def _not_done(self, mine: Answer, error: BaseException) -> Response:
        """A refusal is an answer as well; what is to be tried again is none."""
        try:
            if not isinstance(error, Exception):
                raise error
            response = self.view.handle_exception(error)
        except BaseException:
            mine.drop()
            raise
        if response.status_code in {429, *range(500, 600)}:
            mine.drop()
            return response
        return self._keep(mine, response)

    def _keep(self, mine: Answer, response: Response) -> Response:
        headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        body = JSONRenderer().render(response.data).decode() or "null"
        if not mine.give(response.status_code, headers, body):
            raise Problem("under-way", wait=1)  # it took so long that another has begun
        return response


def _who(view: Any, request: Any) -> str:
    if request.auth or request.session.session_key:
        return str(request.session.session_key)
    if view.begins:
        words = gettext("Begin with POST /api/v1/session/, or leave the Idempotency-Key out.")
        raise Problem("no-session", words)
    return f"client {client_of(request)}"


def _body(request: Any) -> str:
    data = request.data
    told = dict(data.lists()) if hasattr(data, "lists") else data
    return json.dumps(told, sort_keys=True, default=_file)


def _file(file: Any) -> str:
    content = hashlib.sha256(b"".join(file.chunks())).hexdigest()
    file.seek(0)
    return content


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
