from typing import Any

from django.conf import settings
from rest_framework.response import Response

from api.schema.described import described
from api.shapes.wishlist import ViewedShape
from api.view import View
from api.views.catalog import items
from viewed.viewed import Viewed


class Looked(View):
    tag, scopes = "Wishlist", {"cart"}

    @described("readViewed", "What was looked at", gives=ViewedShape)
    def get(self, request: Any) -> Response:
        seen = Viewed(request.session).most()
        return Response({"items": items([card.product for card in seen])})

    @described("clearViewed", "Forget what was looked at", status=204)
    def delete(self, request: Any) -> Response:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.auth:
            Viewed(request.session).clear()
        return Response(status=204)
