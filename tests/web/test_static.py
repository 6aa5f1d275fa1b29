"""Style sheets and scripts: small, our own, and kind."""

import gzip
import hashlib
import re

import pytest

from services import ROOT

STATIC = ROOT / "static"
STYLES = sorted((STATIC / "css").glob("*.css"))
NO_SHOPPERS = {"admin.css", "pdf.css"}  # of the editors, and of what draws invoices
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
# dist/htmx.min.js of the npm package htmx.org 4.0.1, as published.
HTMX = ("4.0.1", "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130")
# Their sides turn with the direction of writing.
PHYSICAL = re.compile(
    r"(?<![\w-])((margin|padding|border|scroll-margin|scroll-padding)-(left|right|top|bottom)[\w-]*"
    r"|(border-(top|bottom)-(left|right)-radius)|(?:min-|max-)?(?:width|height)|left|right|top|bottom)"
    r"\s*:"
)
SIDED = re.compile(r"(float|clear|text-align)\s*:\s*(left|right)")


def rules(css: str) -> str:
    """The style sheet without comments and without the conditions of its media queries."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"@(media|container|supports)[^{]*\{", "@group {", css)


def blocks(css: str, opening: str) -> tuple[str, str]:
    """What stands inside the groups that begin so, and all else."""
    inside, outside = "", ""
    while (start := css.find(opening)) >= 0:
        outside += css[:start]
        depth, at = 0, css.index("{", start)
        for end in range(at, len(css)):
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            if not depth:
                break
        inside += css[at + 1 : end]
        css = css[end + 1 :]
    return inside, outside + css


def weight(*files) -> int:
    """Bytes on the wire, each file compressed by itself as it is sent."""
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def test_there_is_something_to_judge():
    assert STYLES and {"htmx.min.js", "shop.js"} <= {file.name for file in SCRIPTS}


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.name)
def test_styles_use_logical_properties_only(file):
    css = rules(file.read_text())
    assert PHYSICAL.findall(css) == []
    assert SIDED.findall(css) == []


def test_the_look_for_physical_properties_finds_them():
    bad = (
        "a{margin-left:1px}a{ left : 0}a{border-top:0}a{min-width:2px}a{width:1px}a{padding-top:0}"
    )
    good = "a{margin-inline-start:1px;inset-inline:0;min-inline-size:2px;--left:1;border-width:1px}"
    assert len(PHYSICAL.findall(bad)) == 6
    assert PHYSICAL.findall(good) == []


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.name)
def test_no_font_and_nothing_else_is_fetched_by_styles(file):
    css = file.read_text()
    assert "@font-face" not in css
    assert "@import" not in css
    assert not re.search(r"url\(\s*['\"]?(https?:)?//", css)


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.name)
def test_nothing_moves_for_who_asked_for_stillness(file):
    css = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
    _moving, rest = blocks(css, "@media (prefers-reduced-motion: no-preference)")
    for word in ("transition", "animation", "@keyframes", "@view-transition", "scroll-behavior"):
        assert word not in rest, word


def test_the_look_for_movement_finds_it():
    css = "a{b:c}@media (prefers-reduced-motion: no-preference){a{transition:1s}}d{animation:x}"
    moving, rest = blocks(css, "@media (prefers-reduced-motion: no-preference)")
    assert "transition" in moving and "transition" not in rest and "animation" in rest


def test_scripts_and_styles_are_light():
    assert weight(*SCRIPTS) <= 18_000
    assert weight(*(file for file in STYLES if file.name not in NO_SHOPPERS)) <= 15_000


def test_htmx_is_the_published_file_with_its_licence():
    version, digest = HTMX
    file = STATIC / "js/htmx.min.js"
    assert f'this.version="{version}"' in file.read_text()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    assert "Zero-Clause BSD" in (STATIC / "js/htmx.LICENSE").read_text()


def test_our_own_script_asks_nothing_that_the_policy_forbids():
    script = (STATIC / "js/shop.js").read_text()
    for word in ("eval(", "new Function", "innerHTML", "document.write", "fetch("):
        assert word not in script
