"""Every mail of the shop as a mailbox gets it: two parts that say the same, and one look."""

import email
import email.policy
import re

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

import factories
import once
from dom import parse
from judges import axe, look, opened_documents
from outbox.gallery import written
from outbox.look import FILLER
from services import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLIPPED = 102_000  # bytes of HTML after which Gmail shows the rest by a link alone
# Rules about pages, which have regions; a mail is read within one.
OF_PAGES = {"region", "landmark-one-main", "page-has-heading-one"}
SHOP = "https://inkandleaf.example"


@pytest.fixture(params=["en", "zh-hant"])
def language(request):
    return request.param


@pytest.fixture
def mails(drawn, language):
    """Each kind by name, as the file holds it that the mailer wrote."""
    policy = email.policy.default
    return {
        kind: email.message_from_bytes(file, policy=policy)
        for kind, file in drawn(language).items()
    }


@pytest.fixture(scope="session")
def drawn(django_db_setup, django_db_blocker, tmp_path_factory):
    """By language, each kind's file."""

    def draw(language):
        folder = tmp_path_factory.mktemp("mails")
        backend = {"BACKEND": "outbox.backends.FolderBackend", "OPTIONS": {"folder": str(folder)}}
        with (
            django_db_blocker.unblock(),
            override_settings(SITE_URL=SHOP, MAILERS={"default": backend}),
            transaction.atomic(),
        ):
            factories.picture(factories.variant(compare_at=3000).product)
            found = {message.kind: _file(message, folder) for message in written(language)}
            transaction.set_rollback(True)
        return found

    return lambda language: once.per_run(f"mails-{language}", lambda: draw(language))


def _file(message, folder):
    message.mail.send()
    [file] = folder.glob("*.eml")
    return file.rename(folder / message.kind).read_bytes()


def parts(mail):
    text, html = mail.iter_parts()
    return text.get_content(), html.get_content()


def plain(words):
    return " ".join(words.split())


def test_each_opens_with_its_headers_and_two_parts(mails, language):
    for kind, mail in mails.items():
        assert mail.get_content_type() == "multipart/alternative", kind
        types = [part.get_content_type() for part in mail.iter_parts()]
        assert types == ["text/plain", "text/html"], kind
        assert mail["Subject"] and mail["To"] and mail["From"], kind
        assert re.fullmatch(r"<[0-9a-f-]{36}@inkandleaf\.example>", mail["Message-ID"]), kind
        spoken = settings.LANGUAGE_CODE if kind == "to_shop" else language
        assert mail["Content-Language"] == spoken, kind
        assert parse(parts(mail)[1]).get("lang") == spoken, kind
        assert not mail.defects, kind


def test_the_text_says_all_that_the_html_says(mails):
    for kind, mail in mails.items():
        text, html = parts(mail)
        page = parse(html)
        said = plain(text)
        for cell in page.xpath("//td[not(.//a)] | //*[@class='code']"):
            assert plain(cell.text_content()) in said, kind
        for address in page.xpath("//a/@href"):
            # Signed for each part anew, perhaps in another second.
            assert address.partition("/0:")[0] in text, (kind, address)
        assert not re.search(r"<[a-z]+[ >]|</|&\w+;|[{}]|%\(", text), kind


def test_each_begins_with_words_for_the_list_of_mails(mails):
    for kind, mail in mails.items():
        (first,) = parse(parts(mail)[1]).xpath("//*[@class='preheader']")
        words = first.text_content()
        assert words.endswith(FILLER), kind
        assert len(words.removesuffix(FILLER)) > 5, kind


def test_each_needs_nothing_from_elsewhere_and_nothing_that_mailboxes_cut(mails):
    for kind, mail in mails.items():
        html = parts(mail)[1]
        assert len(html.encode()) < CLIPPED, kind
        page = parse(html)
        assert page.xpath("//script | //link | //form | //iframe | //base") == []
        assert "@import" not in html and "@font-face" not in html and "var(" not in html, kind
        for picture in page.xpath("//img"):
            assert picture.get("src").startswith(f"{SHOP}/"), kind
            assert picture.get("alt") is not None and picture.get("width"), kind
        for link in page.xpath("//a"):
            assert link.get("href").startswith("https://"), kind
        assert len(page.xpath("//*[@class='button']")) <= 1, kind


def test_styles_stand_in_the_elements_and_the_dark_in_the_head(mails):
    for kind, mail in mails.items():
        page = parse(parts(mail)[1])
        assert "#fbfaf6" in page.xpath("//body/@style")[0], kind
        for link in page.xpath("//a"):
            assert "color" in link.get("style"), kind
        [style] = page.xpath("//style/text()")
        assert "prefers-color-scheme: dark" in style and "max-width" in style, kind
        assert page.xpath("//meta[@name='color-scheme']/@content") == ["light dark"], kind
        assert page.xpath("//meta[@name='viewport']"), kind


def test_no_line_is_longer_than_mail_servers_take(language):
    for message in written(language):
        raw = message.mail.message(policy=email.policy.SMTP).as_bytes()
        assert max(map(len, raw.split(b"\r\n"))) <= 998, message.kind


def documents(mails):
    return {kind: parts(mail)[1] for kind, mail in mails.items()}


def test_the_markup_checker_finds_no_error_in_any_mail(nu, mails):
    assert nu(documents(mails)) == []


@pytest.mark.timeout(300)
def test_each_is_accessible_and_never_has_to_be_pushed_sideways(browser, mails):
    found = []
    for kind, page in opened_documents(browser, documents(mails)):
        found += [each for each in axe(page, kind) if each.split(": ")[1] not in OF_PAGES]
        for width in (320, 600):
            look(page, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, kind
            (letter,) = page.query_selector_all(".letter")
            assert letter.bounding_box()["width"] <= 600, kind
    assert found == []


def test_its_colours_are_the_shops():
    """Light by name, dark by value."""
    shop = (ROOT / "static/css/shop.css").read_text()
    mail, queries = (
        (ROOT / f"templates/outbox/mail/{name}.css").read_text() for name in ("style", "queries")
    )
    light = dict(re.findall(r"--([\w-]+): (#\w+);", shop.partition("@media screen")[0]))
    dark = set(re.findall(r"--[\w-]+: (#\w+);", shop.partition("@media screen")[2]))
    tokens = dict(re.findall(r"--([\w-]+): (#\w+);", mail))
    assert len(tokens) > 5
    assert tokens == {name: light[name] for name in tokens}
    used = set(re.findall(r"#\w{6}", queries))
    assert len(used) > 5
    assert used <= dark
