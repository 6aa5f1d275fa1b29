"""What drf-spectacular is told of the shop's own fields and ways to come in."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)


class TypedField(OpenApiSerializerFieldExtension):
    target_class = "api.manners.asked.Typed"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return dict(self.target.schema)


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "api.access.ByToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Any:
        says = "A token made in the account. Send `Authorization: Bearer …`."
        return {"type": "http", "scheme": "bearer", "description": says}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "api.access.BySession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> Any:
        from django.conf import settings

        says = (
            "The shop’s cookie, a guest’s as well. What changes something says by `Origin` (or a"
            " browser’s `Sec-Fetch-Site`) that it comes from the shop."
        )
        cookie = settings.SESSION_COOKIE_NAME
        return {"type": "apiKey", "in": "cookie", "name": cookie, "description": says}
