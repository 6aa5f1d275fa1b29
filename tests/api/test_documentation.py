"""The documentation is true, whole, and reads offline under the shop's own policy."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.validation import validate_schema

from api.models import Scope
from api.schema.document import document
from api.schema.hooks import operations
from calling import token_of
from catalog.models import Variant
from dom import parse
from judges import axe_on_documents, without_scripts
from orders.models import Order
from visiting import member


@pytest.fixture(scope="module")
def schema():
    reset_generator_stats()
    made = json.loads(document())
    assert not GENERATOR_STATS, "drf-spectacular has something to say"
    return made


def test_the_schema_is_valid_openapi_3_1_without_a_warning(schema):
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)


def test_every_operation_has_an_id_a_summary_and_an_example(schema):
    found = list(operations(schema))
    names = [each["operationId"] for each in found]
    assert len(names) == len(set(names)) > 50
    for each in found:
        assert each["summary"], each["operationId"]
        for kind in each.get("requestBody", {}).get("content", {}).values():
            assert "example" in kind, each["operationId"]
        for code, told in each["responses"].items():
            for kind in told.get("content", {}).values() if code < "300" else ():
                assert "example" in kind, each["operationId"]


REPEATABLE = {
    *("beginSession", "cancelOrder", "changeOrder", "merge", "quote", "settle"),
    *("startWithAddress", "withdrawReturn"),
}


def test_every_post_that_makes_something_or_sends_a_mail_takes_a_key(schema):
    """The others lead to one state, in which a second finds what the first has done."""
    posts = [methods["post"] for methods in schema["paths"].values() if "post" in methods]
    without = {
        each["operationId"]
        for each in posts
        if "Idempotency-Key" not in {told["name"] for told in each.get("parameters", [])}
    }
    assert without == REPEATABLE and len(posts) > len(without)
    made = {each["operationId"] for each in posts if {"201", "202"} & each["responses"].keys()}
    assert made & without == {"beginSession"}  # without a session there is nobody to have a key


def test_the_schema_is_the_same_for_everybody_and_kept(db):
    answer = Client().get("/api/schema/")
    assert answer["Cache-Control"].startswith("public")
    assert "Cookie" not in answer.get("Vary", "")
    assert (
        Client().get("/api/schema/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    )
    assert answer.json()["servers"] == [{"url": "/"}]


def test_the_footer_leads_to_it(demo):
    home = parse(Client().get("/").text)
    (guide,) = home.xpath("//footer//a[@href='/api/guide/']")
    ways = parse(Client().get("/api/guide/").text).xpath("//main//a/@href")
    assert {"/api/docs/", "/api/redoc/", "/api/schema/"} <= set(ways)


@pytest.mark.parametrize("to", ["", "/zh-hant"])
@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_no_page_of_it_writes_a_script_or_a_style_into_itself(demo, page, to):
    found = parse(Client().get(f"{to}/api/{page}/").text)
    assert not found.xpath("//script[not(@src)] | //style | //@style | //@onclick")
    assert all(at.startswith("/") for at in found.xpath("//script/@src | //link/@href"))
    assert found.xpath("//main//p"), "without JavaScript it says what to do"


def frames():
    """The pages that others' scripts fill, as the shop sends them."""
    paths = (f"{to}/api/{page}/" for to in ("", "/zh-hant") for page in ("docs", "redoc"))
    return {path: Client().get(path).text for path in paths}


def test_their_frames_are_judged_as_all_pages_are(demo, nu, browser):
    assert nu(frames()) == []
    scriptless = {path: without_scripts(html) for path, html in frames().items()}
    assert axe_on_documents(browser, scriptless) == []
    for html in frames().values():
        assert parse(html).xpath("//body//a")[0].get("href") == "#main"


@pytest.mark.parametrize(
    ("page", "shown"), [("docs", ".opblock-summary"), ("redoc", "[data-section-id]")]
)
def test_a_browser_shows_it_offline_under_the_shops_policy(shop, browser, page, shown):
    view = browser.new_page()
    outside, said = [], []
    view.on("request", lambda each: outside.append(each.url))
    view.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    view.on("pageerror", lambda error: said.append(str(error)))
    view.goto(f"{shop.url}/api/{page}/")
    view.wait_for_selector(shown, timeout=60_000)
    view.wait_for_timeout(1000)
    assert [url for url in outside if not url.startswith(shop.url)] == []
    assert said == []
    view.close()


PROGRAMS = {"guide-shell-read", "guide-shell-buy", "guide-shell-stock", "guide-python-member"}


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_the_guides_programs_do_what_the_guide_says(shop, tmp_path, name):
    page = parse(Client().get("/api/guide/").text)
    programs = {each.get("id"): each for each in page.xpath("//pre[@data-run]")}
    assert set(programs) == PROGRAMS
    editor = member(is_staff=True, is_superuser=True)
    code = programs[name].text_content().replace(settings.SITE_URL, shop.url)
    command = {"bash": ["bash", "-eu", "-o", "pipefail"], "python": [sys.executable, "-"]}
    ran = subprocess.run(
        command[programs[name].get("data-run")],
        input=code,
        text=True,
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | {"TOKEN": token_of(editor, *Scope.values)},
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    if name == "guide-shell-buy":
        assert Order.objects.get().lines.get().quantity == 2
    if name == "guide-shell-stock":
        changed = Variant.objects.get(sku="TC-OAT")
        assert (changed.stock, changed.price) == (40, 2600)
    if name == "guide-python-member":
        assert editor.cart.lines.get().quantity == 1
        assert "Choose a quantity of 1 or more." in ran.stdout
