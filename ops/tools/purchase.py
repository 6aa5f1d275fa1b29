"""Buy something as a shopper without JavaScript does, and pay with the simulator of PayPal.

`python3 ops/tools/purchase.py http://localhost:8080` opens pages and sends their forms, and prints
the order's address.
"""

import http.cookiejar
import sys
import urllib.error
import urllib.request
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

BUYER = {
    "email": "ada@example.com",
    "country_code": "GB",
    "name": "Ada Lovelace",
    "street_address": "12 St James’s Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
}


class Page(HTMLParser):
    """A page's links and forms: of each form its address, its filled fields and its buttons."""

    def __init__(self, url: str, text: str) -> None:
        super().__init__()
        self.url, self.text = url, text
        self.links: list[str] = []
        self.forms: list[dict] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "a":
            self.links.append(has.get("href") or "")
        elif tag == "form":
            method = (has.get("method") or "get").lower()
            self.forms.append({"to": has.get("action") or self.url, "by": method, "fields": {}})
        elif tag == "select":
            self._select = name
        elif self.forms:
            fields = self.forms[-1]["fields"]
            if tag == "option" and (self._select not in fields or "selected" in has):
                fields[self._select] = value
            chosen = has.get("type") not in {"radio", "checkbox"} or "checked" in has
            if tag == "input" and name and chosen and has.get("type") != "submit":
                fields[name] = value
            if tag == "button" and name:
                self.forms[-1].setdefault("buttons", []).append((name, value))

    def form(self, part: str) -> dict:
        """The posting form whose address holds `part`."""
        found = [each for each in self.forms if part in each["to"] and each["by"] == "post"]
        if not found:
            sys.exit(f"{self.url} has no form for {part}:\n{self.text[:2000]}")
        return found[0]


class Browser:
    """Keeps cookies, follows redirects, and knows that *.localhost is this machine."""

    def __init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.jar),
            NotFollowing(),
        )

    def open(self, url: str, fields: dict | None = None) -> Page:
        for _ in range(10):
            status, leads_to, text = self._ask(url, fields)
            if not leads_to:
                break
            url, fields = urljoin(url, leads_to), None
        if status >= 400:
            sys.exit(f"{url} answered {status}:\n{text[:2000]}")
        return Page(url, text)

    def send(self, page: Page, part: str, **more: str) -> Page:
        form = page.form(part)
        return self.open(urljoin(page.url, form["to"]), form["fields"] | more)

    def _ask(self, url: str, fields: dict | None) -> tuple[int, str, str]:
        parts = urlsplit(url)
        local = parts.hostname or ""
        if local.endswith(".localhost"):
            parts = parts._replace(netloc=f"localhost:{parts.port or 80}")
        request = urllib.request.Request(parts.geturl())  # noqa: S310 an address of the shop's
        request.add_header("Host", urlsplit(url).netloc)
        if fields is not None:
            request.data = urlencode(fields).encode()
            request.add_header("Sec-Fetch-Site", "same-origin")
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            return answer.status, answer.headers.get("Location") or "", text


class NotFollowing(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def purchase(shop: str) -> str:
    """Return the order's address once it is paid."""
    browser = Browser()
    product = browser.open(f"{shop}/p/tea-cup/")
    cart = browser.send(product, "/cart/add/")
    if "/cart/" not in cart.url:
        sys.exit(f"The cup is not in the cart: {cart.url}")
    details = browser.send(browser.open(f"{shop}/checkout/"), "/checkout/", **BUYER)
    methods = [name for name in details.form("/delivery/")["fields"]]
    if "method" not in methods:
        sys.exit("No delivery is offered.")
    review = browser.send(details, "/delivery/")
    paypal = browser.send(review, "/review/", provider="paypal")
    form = paypal.form("")
    name, value = next(each for each in form["buttons"] if each[1] == "approve")
    order = browser.send(paypal, form["to"], **{name: value})
    if "Thank you" not in order.text:
        sys.exit(f"{order.url} does not say thank you:\n{order.text[:2000]}")
    return order.url


if __name__ == "__main__":
    print(purchase(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000"))
