"""What people see: the approval page, and the ledger with its pending captures."""

from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

from amounts import minor, money, written
from errors import Answer, Refused
from ledger import Ledger, Row
from options import Options
from orders import Orders
from shown import PAYER_ID
from validation import PARTS
from web import Request, Route
from words import WORDS, language

STYLE = (Path(__file__).parent / "style.css").read_bytes()
SAFE = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PLANS = ("approve", "decline", "pending", "cancel")


class Pages:
    def __init__(self, ledger: Ledger, orders: Orders, options: Options) -> None:
        self._ledger, self._orders, self._options = ledger, orders, options

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/", self._ledger_page),
            Route("GET", "/checkoutnow", self._approval),
            Route("POST", "/checkoutnow", self._decide),
            Route("GET", "/style.css", lambda _: Answer(200, page=STYLE, kind="text/css")),
        ]

    # The payer

    def _approval(self, request: Request) -> Answer:
        try:
            order = self._orders.find(request.query.get("token", ""))
        except Refused:
            return self._gone(request)
        lang = language(order["context"].get("locale", "en"))
        brand = order["context"].get("brand_name") or order["units"][0]["payee"]["email_address"]
        parts = [_heading(order, brand, WORDS[lang])]
        parts += [_unit(unit, WORDS[lang]) for unit in order["units"]]
        parts.append(_choices(order, WORDS[lang]))
        return _page(lang, WORDS[lang]["title"].format(brand=brand), parts)

    def _gone(self, request: Request) -> Answer:
        lang = language(request.headers.get("Accept-Language", ""))
        words = WORDS[lang]
        parts = [f"<h1>{words['gone']}</h1>", f"<p>{words['gone_hint']}</p>"]
        return _page(lang, words["gone"], parts, status=404)

    def _decide(self, request: Request) -> Answer:
        token = request.fields.get("token") or request.query.get("token", "")
        plan = request.fields.get("choice", "")
        if plan not in PLANS:
            return _see(f"/checkoutnow?{urlencode({'token': token})}")
        try:
            with self._ledger.change():
                order = self._orders.decide(token, plan)
        except Refused:  # captured meanwhile, or gone: the page says so
            return _see(f"/checkoutnow?{urlencode({'token': token})}")
        name, more = (
            ("cancel_url", {}) if plan == "cancel" else ("return_url", {"PayerID": PAYER_ID})
        )
        if url := order["context"].get(name):
            return _see(_with(url, {"token": token} | more))
        return _see(f"/checkoutnow?{urlencode({'token': token})}")

    # The one who watches

    def _ledger_page(self, _: Request) -> Answer:
        parts = ["<h1>What the simulator of PayPal has recorded</h1>"]
        parts.append(
            '<p class="quiet">Newest first. For programs: <a href="/_sim/ledger">JSON</a></p>'
        )
        rows = self._rows
        parts.append(_table("Orders", "Order, Invoice, Amount, Status", rows("order", _order_row)))
        heads = "Capture, Invoice, Amount, Refunded, Status"
        parts.append(_table("Captures", heads, rows("capture", _capture_row)))
        parts.append(
            _table("Refunds", "Refund, Capture, Amount, Status", rows("refund", _refund_row))
        )
        return _page("en", "Simulator of PayPal", parts, wide=True)

    def _rows(self, kind: str, shown: Callable[[Row], list[str]]) -> list[list[str]]:
        return [shown(row) for row in reversed(self._ledger.all(kind)[-200:])]


def _see(url: str) -> Answer:
    return Answer(303, page=b"", kind="text/plain", headers=SAFE | {"Location": url})


def _with(url: str, more: dict[str, str]) -> str:
    split = urlsplit(url)
    query = "&".join(filter(None, [split.query, urlencode(more)]))
    return urlunsplit(split._replace(query=query))


def _page(
    lang: str, title: str, parts: Iterable[str], *, status: int = 200, wide: bool = False
) -> Answer:
    page = f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="notice"><p>{WORDS[lang]["simulator"]}</p></header>
<main{' class="wide"' if wide else ""}>
{"".join(parts)}
</main>
</body>
</html>
"""
    return Answer(status, page=page.encode(), kind="text/html; charset=utf-8", headers=SAFE)


def _heading(order: Row, brand: str, words: dict[str, str]) -> str:
    payee = escape(order["units"][0]["payee"]["email_address"])
    title = escape(words["title"].format(brand=brand))
    return f'<h1>{title}</h1>\n<p class="quiet">{words["to"].format(name=payee)}</p>\n'


def _unit(unit: Row, words: dict[str, str]) -> str:
    breakdown = unit["amount"].get("breakdown", {})
    items = "".join(_item(item) for item in unit.get("items", []))
    span = ' colspan="2"' if items else ""
    sums = "".join(
        _sum(words[name], breakdown[name], sign, span)
        for name, sign in PARTS.items()
        if name in breakdown and minor(breakdown[name])
    )
    total = _sum(words["total"], unit["amount"], 1, span)
    heads = f'<th scope="col">{words["item"]}</th><th scope="col" class="number">'
    heads += f'{words["quantity"]}</th><th scope="col" class="number">{words["price"]}</th>'
    head = f"<thead><tr>{heads}</tr></thead><tbody>{items}</tbody>" if items else ""
    return (
        f"<h2>{words['items']}</h2>\n{_facts(unit, words)}"
        f"<table>{head}<tfoot>{sums}{total}</tfoot></table>\n"
    )


def _facts(unit: Row, words: dict[str, str]) -> str:
    facts = []
    if unit.get("invoice_id"):
        facts.append(words["invoice"].format(name=unit["invoice_id"]))
    shipping = unit.get("shipping", {})
    address = shipping.get("address", {})
    lines = [shipping.get("name", {}).get("full_name"), *address.values()]
    if address:
        facts.append(words["ship_to"].format(name=", ".join(line for line in lines if line)))
    return "".join(f'<p class="quiet">{escape(fact)}</p>\n' for fact in facts)


def _item(item: Row) -> str:
    return (
        f'<tr><td>{escape(item["name"])}</td><td class="number">{item["quantity"]}</td>'
        f'<td class="number">{written(item["unit_amount"])}</td></tr>'
    )


def _sum(name: str, amount: Row, sign: int, span: str) -> str:
    value = ("−" if sign < 0 else "") + written(amount)
    return f'<tr><th scope="row"{span}>{name}</th><td class="number">{value}</td></tr>'


def _choices(order: Row, words: dict[str, str]) -> str:
    context = order["context"]
    if order["status"] == "COMPLETED":
        url = context.get("return_url")
        link = _with(url, {"token": order["id"], "PayerID": PAYER_ID}) if url else ""
        back = f'<a href="{escape(link)}">{words["back"]}</a>' if link else words["close"]
        return f'<p role="status"><strong>{words["done"]}</strong></p><p>{back}</p>'
    said = f'<p role="status">{words["approved"]}</p>' if order["status"] == "APPROVED" else ""
    later = "" if context.get("user_action") == "PAY_NOW" else "_later"
    forms = "".join(_choice(order["id"], plan, words, later) for plan in PLANS)
    return f'{said}<h2>{words["choose"]}</h2>\n<div class="choices">{forms}</div>'


def _choice(token: str, plan: str, words: dict[str, str], later: str) -> str:
    first = plan == "approve"
    hint = words.get(f"{plan}_hint", "")
    described = f' aria-describedby="{plan}-hint"' if hint else ""
    return (
        f'<form method="post" action="/checkoutnow?{urlencode({"token": token})}">'
        f'<button name="choice" value="{plan}"{described}{" class=first" if first else ""}>'
        f"{words[plan + later] if first else words[plan]}</button>"
        + (f'<small id="{plan}-hint">{hint}</small>' if hint else "")
        + "</form>\n"
    )


def _table(title: str, heads: str, rows: list[list[str]]) -> str:
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads.split(", "))
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    if not rows:
        return f'<h2>{title}</h2><p class="quiet">None yet.</p>'
    # A region that scrolls can be reached by keys.
    return (
        f'<h2>{title}</h2><div class="scroll" tabindex="0" role="region" aria-label="{title}">'
        f"<table><thead><tr>{columns}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _order_row(order: Row) -> list[str]:
    unit = order["units"][0]
    link = f'<a href="/checkoutnow?token={order["id"]}">{order["id"]}</a>'
    return [link, escape(unit.get("invoice_id", "")), written(unit["amount"]), order["status"]]


def _capture_row(capture: Row) -> list[str]:
    amount, invoice = capture["amount"], escape(capture["invoice_id"] or "")
    status = capture["status"]
    if status == "PENDING":
        status += "".join(
            f'<form method="post" action="/_sim/captures/{capture["id"]}">'
            f'<button name="to" value="{to}" aria-label="{word} {capture["id"]}">{word}</button>'
            "</form>"
            for to, word in (("complete", "Complete"), ("deny", "Deny"))
        )
    given_back = money(amount["currency_code"], capture["refunded"])
    refunded = written(given_back) if capture["refunded"] else ""
    return [capture["id"], invoice, written(amount), refunded, status]


def _refund_row(refund: Row) -> list[str]:
    return [refund["id"], refund["capture"], written(refund["amount"]), refund["status"]]
