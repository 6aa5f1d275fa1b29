"""Pictures for docs/gallery.md: `ops/just demo` in a fresh DATA_DIR, then `ops/just pictures`.

English by day and Chinese by night, each kind of page on a phone, a tablet and a desk; besides,
the printed order and forced colours. It places two orders and pays them with
the simulator of PayPal.
"""

import shutil
import sys
from collections.abc import Iterator
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from config.env import ROOT, Env

FOLDER = ROOT / "docs" / "pictures"
SIZES = [(320, 640), (768, 1024), (1440, 900)]
PAPER = (794, 1123)  # A4 at 96 dots an inch
LOOKED_AT = ["teapot", "bowl", "mug", "clock"]
BOUGHT = ["tea-cup/?v=TC-ASH", "vase-bottle/?v=VB-INK", "notebook/?v=NB-IND"]
ADDRESS = {"street_address": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH"}


def main() -> None:
    env = Env.read()
    shop = f"http://127.0.0.1:{env.port}"
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=["--no-sandbox"]
        )
        shoot_all(browser, shop, "", "", "Ada Byron", color_scheme="light")
        shoot_all(browser, shop, "/zh-hant", "-zh-dark", "林若葉", color_scheme="dark")
        page = browser.new_page(base_url=shop, forced_colors="active")
        page.goto("/p/tea-cup/?v=TC-CEL")
        shoot(page, "product-forced-colours", SIZES[1])
        page = browser.new_page(base_url=shop)
        edit(page, (env.data_dir / "editor.txt").read_text().split())
        shoot_sizes(page, "admin-product")
        browser.close()


def shoot_all(browser: Browser, shop: str, to: str, suffix: str, name: str, **way: str) -> None:
    page = browser.new_page(base_url=shop, reduced_motion="reduce", **way)
    for kind in walk(page, to, name):
        shoot_sizes(page, kind + suffix)
    page.emulate_media(media="print")
    shoot(page, f"order{suffix}-print", PAPER)
    page.context.close()


def walk(page: Page, to: str, name: str) -> Iterator[str]:
    """From the home page to the order; stops at each kind of page and names it."""
    for kind, address in {
        "home": "/",
        "category": "/c/tea/?glaze=celadon",
        "search": "/search/?q=vase&sort=best",
        "product": "/p/tea-cup/?v=TC-CEL",
    }.items():
        page.goto(to + address)
        yield kind
    for slug in LOOKED_AT:
        page.goto(f"{to}/p/{slug}/")
    for address in BOUGHT:
        page.goto(f"{to}/p/{address}")
        page.locator("#buy-add").click()
        page.locator("#notices-list p").first.wait_for()
    page.goto(f"{to}/cart/")
    yield "cart"
    page.goto(f"{to}/checkout/")
    for field, words in (ADDRESS | {"name": name, "email": "ada@example.com"}).items():
        page.locator(f"#id_{field}").fill(words)
    yield "checkout"
    for address in ("delivery", "review"):
        go_on(page)
        page.wait_for_url(f"**/checkout/{address}/")
    page.locator("main [value=paypal]").click()
    page.locator("main button").first.click()  # the simulator of PayPal approves
    page.wait_for_url("**/orders/**")
    yield "order"


def go_on(page: Page) -> None:
    page.locator("main button.primary").click()


def edit(page: Page, editor: list[str]) -> None:
    """Sign in and come to the form of a product."""
    email, password = editor
    page.goto("/admin/")
    page.locator("#id_username").fill(email)
    page.locator("#id_password").fill(password)
    page.get_by_role("button").click()
    page.locator("#user-tools").wait_for()
    page.goto("/admin/catalog/product/?q=TC-CEL")
    page.locator("#result_list .field-name_en a").click()
    page.locator("#product_form").wait_for()


def shoot_sizes(page: Page, name: str) -> None:
    for size in SIZES:
        shoot(page, f"{name}-{size[0]}", size)


def shoot(page: Page, name: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)  # for pictures to be decoded
    shown = Image.open(BytesIO(page.screenshot()))
    shown.convert("RGB").save(FOLDER / f"{name}.webp", quality=60, method=6)


if __name__ == "__main__":
    if not shutil.which("chromium-headless-shell"):
        sys.exit("Chromium is needed; `ops/just tools` installs it.")
    main()
