"""Judges of HTML that others wrote: axe-core for accessibility, the Nu checker for markup."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from lxml import etree
from playwright.sync_api import Browser, Page
from whitenoise import WhiteNoise

from dom import parse
from services import ROOT, Missing, program

NODE = ROOT / "ops/tools/node_modules"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # all that other colours can change
# How a page is looked at: which rules are asked, and what of the window is another than usual.
WAYS: dict[str, tuple[list[str], dict]] = {
    "light": (RULES, {}),
    "dark": (OF_COLOURS, {"color_scheme": "dark"}),
    "more contrast": (OF_COLOURS, {"contrast": "more"}),
    "320px": (RULES, {"width": 320}),
}
USUAL = {"color_scheme": "light", "contrast": "no-preference", "forced_colors": "none"}


def axe(page: Page, name: str, ways: Iterable[str] = WAYS) -> list[str]:
    """What axe finds wrong with an open page, in each of the ways it may be seen."""
    found = []
    page.evaluate(_module("axe-core/axe.min.js").read_text())
    for way in ways:
        rules, seen = WAYS[way]
        look(page, **seen)
        result = page.evaluate(
            "rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules})", rules
        )
        found += [
            f"{name} ({way}): {rule['id']}: {node['html'][:200]}"
            for rule in result["violations"]
            for node in rule["nodes"]
        ]
    return found


def look(page: Page, width: int = 1280, **media: Any) -> None:
    """See an open page as another reader does: `look(page, color_scheme="dark")`."""
    page.emulate_media(**USUAL | media)
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished)).then(() => 0)")


def axe_on_documents(
    browser: Browser, documents: dict[str, str], ways: Iterable[str] = WAYS
) -> list[str]:
    """The same for documents given by name, such as a refused form's answer."""
    return [
        fault
        for name, page in opened_documents(browser, documents)
        for fault in axe(page, name, ways)
    ]


def without_scripts(html: str) -> str:
    """The page as one sees it without JavaScript, which axe itself needs."""
    html = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)
    return re.sub(r"</?noscript[^>]*>", "", html)


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
    browser: Browser, documents: dict[str, str], **window: Any
) -> Iterator[tuple[str, Page]]:
    """Each document in a window, one after the other."""
    context = browser.new_context(bypass_csp=True, **window)
    try:
        page = context.new_page()
        with _served(list(documents.values())) as url:
            for number, name in enumerate(documents):
                page.goto(f"{url}/{number}/")
                yield name, page
    finally:
        context.close()


@contextmanager
def _served(documents: list[str]) -> Iterator[str]:
    """The documents at /0/, /1/, …; what all of them link to, a browser asks for once."""

    def answer(environ: dict, start: Any) -> list[bytes]:
        number = environ["PATH_INFO"].strip("/")
        if not number.isdigit():
            start("404 Not Found", [])
            return [b""]
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [documents[int(number)].encode()]

    app = WhiteNoise(answer, immutable_file_test=lambda *_file: True)
    app.add_files(settings.STATIC_ROOT, "static/")
    app.add_files(settings.MEDIA_ROOT, "media/")
    with make_server("127.0.0.1", 0, app, _Server, _Silent) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # a browser opens connections that it may never use


class _Silent(WSGIRequestHandler):
    def log_message(self, *_told: Any) -> None:
        pass


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
