"""A letter of every kind of block as the mail server keeps it, in both languages."""

import email
import email.policy
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

import factories
from campaigning import block, campaign, readers, send
from dom import parse

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hant")


@pytest.fixture
def kept(sink):
    """By language."""
    server = sink("--keep")
    readers("ada", language="en")
    readers("lin", language="zh-hant")
    made = campaign()
    cup = factories.variant(price=2400, compare_at=3000)
    picture = factories.picture(cup.product)
    block(made, text_en="Read [how](/search/?q=cup).", text_zh="看[作法](/search/?q=cup)。")
    block(made, "picture", picture=picture, address="/search/")
    block(made, "products").products.set([cup.product])
    block(made, "button", text_en="To the cups", text_zh="看杯子", address="/search/?q=cup")
    made.begin()
    send(made)
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in server.folder.glob("*.eml")
    ]
    assert len(mails) == len(LANGUAGES)
    return {str(mail["Content-Language"]): mail for mail in mails}


def parts(mail):
    text, html = mail.iter_parts()
    return text.get_content(), html.get_content()


def test_its_headers_are_whole(kept):
    for language, mail in kept.items():
        assert not mail.defects and not any(part.defects for part in mail.walk()), language
        for name in ("Subject", "From", "To", "Date", "Message-ID"):
            assert mail.get_all(name) and len(mail.get_all(name)) == 1, name
        assert re.fullmatch(r"<[0-9a-f]{32}@127\.0\.0\.1>", mail["Message-ID"])
        assert re.fullmatch(r"<https?://\S+/leave/\S+\?letter=\d+>", mail["List-Unsubscribe"])
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert parse(parts(mail)[1]).get("lang") == language


def test_every_link_of_both_its_parts_leads_somewhere(kept):
    for language, mail in kept.items():
        text, html = parts(mail)
        page = parse(html)
        found = set(page.xpath("//a/@href"))
        assert found <= set(re.findall(r"https?://[^\s()<>]+", text)), language
        assert len(found) > 5
        for address in found | set(page.xpath("//img/@src")):
            way = urlsplit(address)
            if way.path.startswith(("/static/", "/media/")):
                continue
            answer = Client().get(f"{way.path}?{way.query}")
            assert answer.status_code == 200, address


def test_the_text_says_all_that_the_html_says(kept):
    for language, mail in kept.items():
        text, html = parts(mail)
        said = text.replace("*", "")  # which stand there for emphasis
        words = parse(html).xpath("//*[@class='letter']//text()[normalize-space()]")
        missing = [each for each in words if " ".join(each.split()) not in said]
        shown_otherwise = {"·", "New cups", "新杯子"}  # the subject is the mail's
        assert len(words) > 10
        assert {each.strip() for each in missing} <= shown_otherwise, language


def test_the_markup_checker_finds_no_error(nu, kept):
    assert nu({language: parts(mail)[1] for language, mail in kept.items()}) == []
