from typing import Any

from rest_framework.response import Response

from api.schema.described import described
from api.shapes.account import SessionShape
from api.view import View, shown


class Session(View):
    tag = "Account"  # whatever a token is for

    @described("readSession", "Who is asking", gives=SessionShape)
    def get(self, request: Any) -> Response:
        scopes = request.auth.scopes if request.auth else None
        told = scopes is None or "account" in scopes
        return shown(SessionShape, {"member": self.member if told else None, "scopes": scopes})

    @described(
        "beginSession",
        "Begin a guest’s session",
        gives=SessionShape,
        status=201,
        says="The first thing that is put into a cart begins one as well; but a guest who sends"
        " Idempotency-Keys needs one before. A member’s, or one that has begun, stays as it is.",
    )
    def post(self, request: Any) -> Response:
        if not request.auth and not request.session.session_key:
            request.session.create()
        response = self.get(request)
        response.status_code = 201
        return response
