"""Pages of words: an editor writes Markdown, and what readers get is safe and well built."""

import lxml.html
import pytest
from django.test import Client

import factories
from content import markdown
from content.models import Page
from dom import parse

HOSTILE = [
    "<script>alert(1)</script>",
    "a <img src=x onerror=alert(1)> b",
    "<p onclick=alert(1)>\n\n<style>*{}</style>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](vbscript:a) [x](file:///etc/passwd)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '![x](y.png "a\\" onerror=\\"alert(1)")',
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '[x](/ok "a\\" onclick=\\"alert(1)")',
    '<https://e.example/" onmouseover="alert(1)>',
    '```"><script>alert(1)</script>\nx\n```',
    "`<script>`",
    "| a |\n|--:|\n| <b onclick=x> |",
]
ALLOWED = {"div", "p", "a", "em", "strong", "code", "pre", "ul", "ol", "li", "h2", "table"}
ALLOWED |= {"thead", "tbody", "tr", "th", "td"}


def rendered(text):
    return lxml.html.fragment_fromstring(markdown.render(text), create_parent="div")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_runs_or_fetches_comes_out_of_hostile_markdown(text):
    for element in rendered(text).iter():
        assert element.tag in ALLOWED, element.tag
        assert set(element.keys()) <= {"href", "title", "class"}
        assert (element.get("href") or "/").startswith(("/", "https://")), element.get("href")


def test_what_editors_write_comes_out():
    page = rendered("## Post\n\nWe *send* [quickly](https://post.example/).\n\n- a\n- b\n\n1. c")
    assert page.findtext("h2") == "Post"
    assert page.findtext("p/em") == "send"
    assert page.find("p/a").get("href") == "https://post.example/"
    assert [item.text for item in page.iter("li")] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n## b\n# c", ["h2", "h3", "h2"]),
        ("### a\n### b\n##### c\n## d", ["h2", "h2", "h3", "h2"]),
        ("a\n===\n\nb\n---", ["h2", "h3"]),
        ("# 1\n## 2\n### 3\n#### 4\n##### 5\n###### 6", ["h2", "h3", "h4", "h5", "h6", "h6"]),
    ],
)
def test_headings_begin_below_the_pages_own_and_skip_no_level(text, levels):
    assert [each.tag for each in rendered(text)] == levels


def test_a_link_within_the_shop_stays_in_the_readers_language(client, db):
    factories.content_page(slug="care", text_en="[a](/c/tea/?x=1)", text_zh="[a](/c/tea/?x=1)")
    for prefix in ("", "/zh-hant"):
        (link,) = parse(client.get(f"{prefix}/pages/care/").text).xpath("//article//a/@href")
        assert link == f"{prefix}/c/tea/?x=1"


def test_it_is_read_in_each_language_under_one_heading(client, db):
    page = factories.content_page(title_en="Delivery & returns", title_zh="運送與退貨")
    english, chinese = (
        parse(client.get(prefix + page.get_absolute_url()).text) for prefix in ("", "/zh-hant")
    )
    assert [each.text for each in english.iter("h1")] == ["Delivery & returns"]
    assert [each.text for each in chinese.iter("h1")] == ["運送與退貨"]
    assert english.findtext(".//title").startswith("Delivery & returns · ")
    assert page.text_zh in chinese.text_content()


def test_every_page_of_the_shop_leads_to_the_pages_in_the_footer_in_their_order(demo):
    Page.objects.all().delete()
    second = factories.content_page(position=2)
    first = factories.content_page(position=1)
    factories.content_page(in_footer=False)
    for address in (
        "/",
        "/p/mug/",
        "/cart/",
        "/nothing/",
        "/zh-hant/c/tea/",
        first.get_absolute_url(),
    ):
        page = parse(Client().get(address).text)
        links = page.xpath("//footer//nav//a")
        assert [link.get("href").removeprefix("/zh-hant") for link in links] == [
            first.get_absolute_url(),
            second.get_absolute_url(),
            "/orders/find/",
            "/api/guide/",
        ], address
        assert page.xpath("//footer//a[starts-with(@href, 'mailto:')]")


def test_a_shop_without_such_pages_leads_to_orders_and_for_programs_all_the_same(client, db):
    links = parse(client.get("/").text).xpath("//footer//nav//a/@href")
    assert links == ["/orders/find/", "/api/guide/"]


def test_editors_write_both_languages(client, db):
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    form = {"slug": "terms", "title_en": "Terms", "title_zh": "條款", "position": "0"}
    form |= {"text_en": "Be *kind*.", "text_zh": "請**親切**。", "in_footer": "on"}
    assert client.post("/admin/content/page/add/", form).status_code == 302
    assert "<strong>親切</strong>" in client.get("/zh-hant/pages/terms/").text
