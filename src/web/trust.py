"""Headers of trust that Django does not set: what a page may ask of the browser, who embeds it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse

from web.request import Request

# Passkeys are for the shop's own pages; the rest is for nobody.
NOTHING_OF = ("camera", "microphone", "geolocation", "payment", "usb", "serial", "midi", "hid")
SENSORS = ("accelerometer", "gyroscope", "magnetometer", "display-capture", "screen-wake-lock")
POLICY = ", ".join(
    [f"{feature}=()" for feature in NOTHING_OF + SENSORS]
    + [f"publickey-credentials-{verb}=(self)" for verb in ("get", "create")]
)


class TrustMiddleware:
    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", _embedded_by(request.path))
        return response


def _embedded_by(path: str) -> str:
    """Pictures stand in mails too, which others' pages show."""
    files = path.startswith((settings.STATIC_URL, settings.MEDIA_URL))
    return "cross-origin" if files else "same-origin"
