"""What only a browser can tell of a page: room, rings of focus, sizes of targets, shifts."""

from hashlib import sha256

import pytest

from judges import every_kind, look, opened_documents

NARROW, WIDE = 320, 1280
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; "
    "word-spacing: .16em !important } p { margin-block-end: 2em !important }"
)

OVERFLOWING = """() => document.documentElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility())
      .slice(-2).map(e => e.outerHTML.slice(0, 120))
  : []"""

# WCAG 2.2, 2.5.8: links within a sentence are excepted, and so is what is out of sight.
SMALL = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(e => e.checkVisibility() && !e.closest('.visually-hidden, .skip-link, [popover]'))
  .filter(e => e.type !== 'hidden' && !(e.matches('a') && e.closest('p, .words li, h3, li p')))
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => {
    const button = e.matches('button, .button');
    const least = button && !e.matches('.text-button, .mini-button') ? 44 : 24;
    return r.height < least - 0.5 || r.width < 24;
  })
  .map(([e, r]) => `${Math.round(r.width)}×${Math.round(r.height)} ${e.outerHTML.slice(0, 100)}`)"""

RING = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const near = [e, e.closest('.card, .room')].filter(Boolean).map(x => getComputedStyle(x));
  const ring = near.some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2);
  const r = e.getBoundingClientRect();
  const x = r.left + r.width / 2, y = r.top + r.height / 2;
  const at = document.elementFromPoint(x, y);
  const seen = !at || e.contains(at) || at.contains(e) || at.closest('label')?.control === e;
  const inside = r.bottom > 0 && r.top < innerHeight;
  return {name: e.outerHTML.slice(0, 110), ring, seen: seen && inside};
}"""


# Of controls with an edge; what reads as text has none in any colours.
EDGELESS = """() => [...document.querySelectorAll('button, .button, .choice, input, select')]
  .filter(e => e.checkVisibility() && !e.matches('.text-button, .mini-button, .visually-hidden'))
  .filter(e => !['hidden', 'radio', 'checkbox'].includes(e.type))
  .filter(e => {
    const s = getComputedStyle(e);
    return s.borderTopStyle === 'none' || parseFloat(s.borderTopWidth) < 1
      || s.borderTopColor === getComputedStyle(document.body).backgroundColor;
  })
  .map(e => e.outerHTML.slice(0, 100))"""


READERS_OWN = [{"forced_colors": "active"}, {"contrast": "more"}]


def window(width):
    return {"width": width, "height": 800}


def english(pages):
    """Of each kind one language: the other differs in words, which axe and Nu look at."""
    return {name: a.content.decode() for name, a in pages.items() if name.endswith("(en)")}


@pytest.mark.timeout(300)
def test_at_320_pixels_and_with_spaced_text_nothing_is_cut_off_or_too_small(browser, pages):
    found = []
    for name, page in opened_documents(browser, english(pages), viewport=window(NARROW)):
        found += [f"{name}: {html}" for html in page.evaluate(OVERFLOWING)]
        found += [f"{name}, small: {html}" for html in page.evaluate(SMALL)]
        page.add_style_tag(content=SPACED)
        found += [f"{name}, spaced: {html}" for html in page.evaluate(OVERFLOWING)]
    assert found == []


@pytest.mark.timeout(300)
def test_text_of_twice_the_size_fits_and_targets_are_large_and_keep_their_edges(browser, pages):
    found, whole = set(), every_kind(english(pages))
    for name, page in opened_documents(browser, whole, viewport=window(WIDE)):
        found |= {f"{name}, small: {html}" for html in page.evaluate(SMALL)}
        for colours in READERS_OWN:
            look(page, **colours)
            found |= {f"{name}, {colours}: {html}" for html in page.evaluate(EDGELESS)}
        look(page)
        page.add_style_tag(content="html { font-size: 200% !important }")
        found |= {f"{name}, large: {html}" for html in page.evaluate(OVERFLOWING)}
    assert sorted(found) == []


def test_what_is_cut_off_or_too_small_would_be_found(browser):
    bad = {"bad": "<body><a href=x style='font-size: 8px'>i</a><p style='width: 500px'>wide</p>"}
    for _name, page in opened_documents(browser, bad, viewport=window(NARROW)):
        assert page.evaluate(OVERFLOWING)
        assert page.evaluate(SMALL)
        page.add_style_tag(content="a { outline: none !important }")
        page.keyboard.press("Tab")
        assert not page.evaluate(RING)["ring"]
    for _name, page in opened_documents(browser, {"bad": "<button>x"}):
        page.add_style_tag(content="button { border: 0 }")
        for colours in READERS_OWN:
            look(page, **colours)
            assert page.evaluate(EDGELESS)


SOME = [
    *("home", "category filtered", "search", "product with two options", "cart", "details refused"),
    *("delivery", "review", "order", "more of everything"),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_focus_is_seen_at_every_tab_stop(browser, pages, width):
    documents = {name: english(pages)[f"{name} (en)"] for name in SOME}
    found, stops = [], 0
    for name, page in opened_documents(browser, documents, viewport=window(width)):
        for _ in range(150):
            page.keyboard.press("Tab")
            stop = page.evaluate(RING)
            if stop is None:
                break
            stops += 1
            if not (stop["ring"] and stop["seen"]):
                found.append(f"{name}: ring {stop['ring']}, seen {stop['seen']}: {stop['name']}")
    assert stops > 150
    assert found == []


@pytest.mark.timeout(120)
def test_nothing_shifts_while_a_page_loads(browser, standing_shop, demo):
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    page.add_init_script(
        """window.shifted = 0; new PerformanceObserver(list => {
          for (const entry of list.getEntries()) window.shifted += entry.value;
        }).observe({type: 'layout-shift', buffered: true});"""
    )
    try:
        for address in ("/", "/c/tea/", "/p/tea-cup/", "/search/?q=cup"):
            page.goto(standing_shop.url + address, wait_until="networkidle")
            assert page.evaluate("window.shifted") <= 0.01, address
    finally:
        context.close()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["home (en)", "product with one option (en)", "cart (zh-hant)"])
def test_javascript_changes_nothing_to_see(browser, pages, name):
    documents = {name: pages[name].content.decode()}
    shots = []
    for scripts in (True, False):
        window_of = {"viewport": window(WIDE), "java_script_enabled": scripts}
        for _name, page in opened_documents(browser, documents, **window_of):
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(300)
            shots.append(sha256(page.screenshot()).digest())  # of which a failure shows no diff
    assert shots[0] == shots[1]
