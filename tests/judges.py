"""Judges of HTML that others wrote: axe-core for accessibility, the Nu checker for markup."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from playwright.sync_api import Browser, Page

from dom import parse
from services import ROOT, Missing, program

NODE = ROOT / "ops/tools/node_modules"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # all that other colours can change
WAYS: dict[str, dict] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "more contrast": {"contrast": "more"},
    "320px": {"viewport": {"width": 320, "height": 640}},
    "without JavaScript": {},
}


def axe(browser: Browser, url: str) -> list[str]:
    """What axe finds wrong with a page, in each of the ways it may be seen."""
    script = _module("axe-core/axe.min.js").read_text()
    return [found for way in WAYS for found in _axe_one_way(browser, url, way, script)]


def axe_on_documents(browser: Browser, shop: str, way: str, documents: dict[str, str]) -> list[str]:
    """The same for documents given by name, such as a refused form's answer.

    Without JavaScript they are judged as they are then.
    """
    script, found = _module("axe-core/axe.min.js").read_text(), []
    if way == "without JavaScript":
        documents = {name: _without_scripts(html) for name, html in documents.items()}
    only = OF_COLOURS if way in {"dark", "more contrast"} else RULES
    for name, page in opened_documents(browser, shop, WAYS[way], documents):
        found += _violations(page, script, f"{name} ({way})", only)
    return found


def every_kind(documents: dict[str, str]) -> dict[str, str]:
    """As few documents as show every kind of element that any of them has, within its parent.

    For what depends on how an element looks, and not on which page it stands.
    """
    kinds = {name: _kinds(html) for name, html in documents.items()}
    wanted, chosen = set().union(*kinds.values()), {}
    while wanted:
        name = max(kinds, key=lambda each: len(kinds[each] & wanted))
        chosen[name] = documents[name]
        wanted -= kinds[name]
    return chosen


def _kinds(html: str) -> set[tuple[str, ...]]:
    return {
        tuple(_kind(each) for each in (element, element.getparent()) if each is not None)
        for element in parse(html).iter(etree.Element)
    }


def _kind(element: Any) -> str:
    told = ("class", "type", "aria-invalid", "aria-current", "disabled", "open")
    return " ".join([element.tag, *(f"{name}={element.get(name)}" for name in told)])


def opened_documents(
    browser: Browser, shop: str, way: dict, documents: dict[str, str]
) -> Iterator[tuple[str, Page]]:
    """Each document in a window, one after the other; the shop gives what they link to."""
    context = browser.new_context(bypass_csp=True, **way)
    address, html = f"{shop}/judged/", ""
    try:
        page = context.new_page()
        page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
        for name, document in documents.items():
            html = document  # what the route above answers with
            page.goto(address)
            yield name, page
    finally:
        context.close()


def _axe_one_way(browser: Browser, url: str, way: str, script: str) -> list[str]:
    context = browser.new_context(bypass_csp=True, **WAYS[way])
    try:
        page = context.new_page()
        if way == "without JavaScript":
            # axe itself needs JavaScript, so it judges a copy without any of the page's own.
            html = _scriptless(browser, url)
            page.route(url, lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(url)
        return _violations(page, script, f"{url} ({way})")
    finally:
        context.close()


def _violations(page: Page, script: str, name: str, only: list[str] = RULES) -> list[str]:
    page.evaluate(script)
    result = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules})", only
    )
    return [
        f"{name}: {rule['id']}: {node['html'][:200]}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def _scriptless(browser: Browser, url: str) -> str:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(url)
        return _without_scripts(page.content())
    finally:
        context.close()


def _without_scripts(html: str) -> str:
    html = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)
    return re.sub(r"</?noscript[^>]*>", "", html)


def nu(documents: dict[str, str]) -> list[str]:
    """The errors in whole documents, given by name. One call costs a start of Java."""
    java, jar = program("java"), _module("vnu-jar/build/dist/vnu.jar")
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (name, html) in enumerate(documents.items()):
            path = Path(folder, f"{number}.html")
            path.write_text(html)
            names[path.as_uri()] = name
        command = [java, "-Xmx512m", "-jar", str(jar), "--format", "json", "--exit-zero-always"]
        # Attributes of htmx are unknown to HTML; they alone are let through.
        command += ["--stdout", "--filterpattern", ".*Attribute “hx-[^”]*” not allowed.*"]
        answer = subprocess.run([*command, folder], check=True, capture_output=True, text=True)
    return [
        f"{names.get(_as_uri(found['url']), found['url'])}, "
        f"line {found.get('lastLine')}: {found['message']}"
        for found in json.loads(answer.stdout)["messages"]
        if found["type"] == "error"
    ]


def _as_uri(url: str) -> str:
    return Path(url.removeprefix("file:")).as_uri()


def _module(path: str) -> Path:
    if not (found := NODE / path).exists():
        raise Missing(path)
    return found
