"""What every answer says to the browser about trust."""

import pytest
from django.test import Client

from dom import parse
from members.models import User

POLICY = {"default-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'"}


def policy(answer) -> set[str]:
    return {part.strip() for part in answer["Content-Security-Policy"].split(";")}


@pytest.fixture
def editor(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("editor@example.com", "pass", name="E"))
    return client


def test_every_page_allows_what_comes_from_the_shop_itself_and_nothing_else(pages, fragments):
    for name, answer in (pages | fragments).items():
        assert policy(answer) == POLICY, name


@pytest.mark.parametrize(
    "address",
    [
        *("/admin/", "/admin/catalog/product/", "/admin/catalog/product/add/"),
        *("/admin/orders/order/", "/admin/nothing/"),
    ],
)
def test_the_admin_keeps_to_the_same_policy(editor, address):
    answer = editor.get(address)
    assert policy(answer) == POLICY
    assert inline(parse(answer.content.decode())) == []


def test_static_files_and_refusals_carry_the_policy_too(db):
    strict = Client(enforce_csrf_checks=True)
    for answer in (
        Client().get("/favicon.ico"),
        Client().get("/", headers={"Host": "elsewhere.example"}),
        strict.post("/cart/add/", headers={"Sec-Fetch-Site": "cross-site"}),
    ):
        assert policy(answer) == POLICY


def test_every_page_carries_the_other_headers_of_trust(pages):
    for name, answer in pages.items():
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["Referrer-Policy"] == "same-origin", name
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert "camera=()" in answer["Permissions-Policy"], name
        assert answer["Content-Type"] == "text/html; charset=utf-8", name


def inline(page) -> list[str]:
    """Scripts, styles and handlers that stand in the page itself."""
    found = page.xpath("//script[not(@src)][not(contains(@type, 'json'))]")
    found += page.xpath("//style | //*[@style]")
    found += page.xpath("//*[@*[starts-with(name(), 'on') or starts-with(name(), 'hx-on')]]")
    found += page.xpath("//*[starts-with(@href, 'javascript:') or starts-with(@action, 'java')]")
    return [each.tag for each in found]


def test_no_page_and_no_fragment_has_scripts_styles_or_handlers_of_its_own(pages, fragments):
    for name, answer in (pages | fragments).items():
        assert inline(parse(f"<div>{answer.content.decode()}</div>")) == [], name
    sample = "<p onclick='a()'><b style='x'></b><a href='javascript:a'></a><script>1</script>"
    assert len(inline(parse(sample))) == 4


def test_nothing_in_a_page_is_fetched_from_elsewhere(pages):
    for name, answer in pages.items():
        page = parse(answer.content.decode())
        fetched = page.xpath(
            "//script/@src | //link[not(@rel='canonical' or @rel='alternate')]/@href | //img/@src"
        )
        for group in page.xpath("//source/@srcset"):
            fetched += [part.split()[0] for part in group.split(",")]
        assert fetched, name
        assert [each for each in fetched if not each.startswith(("/static/", "/media/"))] == [], (
            name
        )
