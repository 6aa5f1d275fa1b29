"""What is measured, and who asks for it."""

from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from asking import Page, Visitor
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.urls import reverse
from redis import Redis

from catalog.models import Variant
from members.models import User
from web.sessions import SessionStore

WORDS = ("cup", "tea", "vase", "bowl", "celadon", "brush", "mug", "茶")


def guests(one: Path, number: int) -> list[dict[str, str]]:
    """Headers of as many visitors, who have looked around and have three lines in the cart."""
    Variant.objects.filter(stock__lt=10_000).update(stock=10_000)
    lines = Variant.objects.filter(active=True).order_by("pk")[:3].values_list("pk", flat=True)
    return [guest(Visitor(one), one, list(lines)) for _ in range(number)]


def guest(visitor: Visitor, one: Path, lines: list[int]) -> dict[str, str]:
    cookies: dict[str, str] = {}

    def ask(path: str, body: str = "") -> None:
        method = "POST" if body else "GET"
        answer, _ = visitor.ask(Page("", one, path, method, body, [sent(cookies)]))
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name] = value

    for line in lines:
        ask("/cart/add/", f"variant={line}&quantity=1")
    for path in ("/p/teapot/", "/p/mug/", "/cart/"):
        ask(path)
    return sent(cookies)


def sent(cookies: dict[str, str]) -> dict[str, str]:
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
    return {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}


def every_page(one: Path, limit: Path, redis: Redis) -> list[Page]:
    many = guests(one, 200)  # a line holds few pieces, and each adds one at a time
    own, variant = many[:1], Variant.objects.filter(active=True).order_by("pk")[0].pk
    by_htmx = [each | {"HX-Request": "true", "HX-Request-Type": "partial"} for each in many]
    least = guest(Visitor(limit), limit, [])
    return [
        Page("the least", limit, "/", visitors=[least]),
        Page("home, kept", one, "/"),
        Page("home, kept, with a cart", one, "/", visitors=own),
        Page("category of 12, kept", one, "/c/tea/"),
        Page("category of 12, kept, with a cart", one, "/c/tea/", visitors=own),
        Page("category of 24, of kept parts", one, lambda n: f"/c/tea/?page=1-2&n={n}"),
        Page("category of 24, nothing kept", one, "/c/tea/?page=1-2", before=redis.flushdb),
        Page("API: 24 products, of kept parts", one, api, visitors=programs()),
        Page("API: 24 products, nothing kept", one, api(0), before=redis.flushdb),
        Page("product, personal", one, "/p/tea-cup/", visitors=own),
        Page("search", one, lambda n: f"/search/?q={quote(WORDS[n % len(WORDS)])}", visitors=own),
        Page("cart with 3 lines", one, "/cart/", visitors=own),
        Page("orders in the admin", one, admin("orders_order"), visitors=staff()),
        Page(
            "paid orders in the admin", one, admin("orders_order") + "?state=paid", visitors=staff()
        ),
        Page("products in the admin", one, admin("catalog_product"), visitors=staff()),
        Page(
            *("add to cart, a fragment", one, "/cart/add/", "POST"),
            *(f"variant={variant}&quantity=1", by_htmx),
        ),
    ]


def api(n: int) -> str:
    """What the category's page of 24 shows, as a program reads it."""
    return f"/api/v1/products/?category=tea&n={n}"


def programs() -> list[dict[str, str]]:
    """Headers of so many that none of them asks more than one may."""
    return [{"X-Forwarded-For": f"198.51.100.{n}"} for n in range(1, 255)]


def often(pages: list[Page]) -> list[Page]:
    """What can be asked a hundred thousand times: a cart is changed, for it would be full."""
    *shown, add = [page for page in pages[1:] if not page.before]
    line = reverse("cart:change", args=[add.body.partition("&")[0].removeprefix("variant=")])
    changes = [
        Page(f"change to {n}", add.socket, line, "POST", f"quantity={n}", add.visitors[:1])
        for n in (2, 3)
    ]
    return [page for page in shown if "admin" not in page.name] + changes


def staff() -> list[dict[str, str]]:
    """Headers of an editor who is signed in."""
    user = User.objects.create_superuser(f"{token_hex(4)}@shop.example", token_hex(16))
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return [sent({settings.SESSION_COOKIE_NAME: str(session.session_key)})]


def admin(model: str) -> str:
    return reverse(f"admin:{model}_changelist")
