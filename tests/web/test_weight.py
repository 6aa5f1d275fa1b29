"""What a first visit loads, compressed as it is served."""

import gzip
import hashlib

import brotli
import pytest
from django.core.files.storage import default_storage

import services
from catalog.models import Picture
from catalog.models.picture import FORMATS
from services import ROOT

KB = 1024
HTML, CSS, JS = 15 * KB, 15 * KB, 18 * KB


def test_every_page_is_small(pages):
    heavy = {name: len(gzip.compress(answer.content, 6)) for name, answer in pages.items()}
    assert {name: size for name, size in heavy.items() if size > HTML} == {}


@pytest.mark.parametrize(("folder", "most"), [("css", CSS), ("js", JS)])
def test_style_sheets_and_scripts_together_are_small(folder, most):
    files = [path for path in (ROOT / "static" / folder).iterdir() if path.suffix == f".{folder}"]
    shop = [path for path in files if path.name != "admin.css"]
    assert sum(len(brotli.compress(path.read_bytes())) for path in shop) <= most


@pytest.mark.parametrize(
    ("address", "most"), [("/", 250), ("/p/tea-cup/", 150), ("/c/tea/", 250), ("/search/", 250)]
)
@pytest.mark.timeout(300)
def test_a_first_visit_on_a_phone_is_light_and_asks_nobody_else(
    browser, standing_shop: services.Shop, transactional_db, demo, address, most
):
    """With the pictures that this page really shows, and the texts compressed as Nginx does."""
    Picture.objects.update(digest="")
    context = browser.new_context(viewport={"width": 412, "height": 823}, device_scale_factor=1.75)
    page = context.new_page()
    pictures: dict[str, int] = {}
    texts: dict[str, int] = {}
    elsewhere = []

    def note(answer):
        if not answer.url.startswith((standing_shop.url, "data:")):
            elsewhere.append(answer.url)
        elif answer.request.resource_type == "image":
            pictures[answer.url] = len(answer.body())
        else:
            texts[answer.url] = len(gzip.compress(answer.body(), 6))

    page.on("response", note)
    try:
        render_what_is_near(page, standing_shop.url + address)
        pictures.clear(), texts.clear()
        page.goto(standing_shop.url + address, wait_until="networkidle")
    finally:
        context.close()
    assert elsewhere == []
    assert sum(pictures.values()) > 10 * KB
    assert sum(pictures.values()) + sum(texts.values()) <= most * KB


def render_what_is_near(page, url):
    """Make the real renditions of the pictures that the browser loads at first sight."""
    page.goto(url, wait_until="networkidle")
    seen = page.eval_on_selector_all("img", "all => all.filter(e => e.complete).map(e => e.src)")
    names = {name.rpartition("/")[2] for name in seen}
    for picture in Picture.objects.all():
        if picture.image.name.rpartition("/")[2] in names:
            replace_stand_ins(picture)


def replace_stand_ins(picture):
    """The demo of the tests has pictures of one pixel under the names of the real ones."""
    digest = hashlib.sha256(picture.image.read()).hexdigest()[:16]
    for width in picture.widths:
        for kind in FORMATS:
            default_storage.delete(picture._rendition(width, kind, digest))
    picture.render()
