"""The gallery shows every mail that the shop can send, and is all that it seems."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.test.signals import template_rendered

import factories
from dom import parse
from outbox.gallery import samples, written
from outbox.kinds import Kind
from services import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HERE = "/admin/outbox/message/gallery/"


@pytest.fixture
def editor():
    client = Client()
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def test_every_kind_of_mail_that_the_code_can_send_is_in_the_gallery():
    assert len(Kind.known) > 30
    assert set(samples()) == Kind.known
    assert [message.kind for message in written("en")] == list(samples())


def test_a_new_kind_would_be_missed():
    new = Kind("unheard of")
    try:
        assert set(samples()) != Kind.known
    finally:
        Kind.known.discard(new)


def test_every_template_of_a_mail_is_shown_by_the_gallery():
    used = set()

    def rendered(template, **_more):
        used.add(template.name)

    factories.picture(factories.variant().product)
    template_rendered.connect(rendered)
    try:
        written("en")
    finally:
        template_rendered.disconnect(rendered)
    folder = ROOT / "templates"
    known = {str(path.relative_to(folder)) for path in folder.glob("*/mail/*.*")}
    assert len(known) > 20
    assert known - used == set()


def test_no_mail_leaves_the_shop_but_through_the_outbox():
    """What is sent past it would be in no gallery."""
    senders = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src").rglob("*.py")
        if re.search(r"django\.core\.mail|smtplib", path.read_text())
    }
    assert senders == {
        *("outbox/backends.py", "outbox/handing.py", "outbox/mail.py", "outbox/smtp.py"),
        "campaigns/line.py",
    }


def test_nothing_is_sent_and_nothing_stays(mailoutbox, django_capture_on_commit_callbacks):
    before = {model: model._default_manager.count() for model in apps.get_models()}
    with django_capture_on_commit_callbacks() as callbacks:
        assert len(written("zh-hant")) == len(samples())
    assert {model: model._default_manager.count() for model in apps.get_models()} == before
    assert callbacks == [] and mailoutbox == []


def test_the_list_leads_to_every_mail_in_every_language(editor):
    page = parse(editor.get(HERE).content.decode())
    found = page.xpath("//td//a/@href")
    assert len(found) == len(samples()) * len(settings.LANGUAGES)
    for address in found:
        assert editor.get(address).status_code == 200, address


def test_a_mail_is_shown_at_two_widths_and_as_text_with_its_headers(editor):
    page = parse(editor.get(f"{HERE}newsletter_welcome/zh-hant/").content.decode())
    frames = page.xpath("//iframe")
    assert [frame.get("width") for frame in frames] == ["320", "600"]
    for frame in frames:
        assert frame.get("sandbox") == ""
        document = editor.get(frame.get("src"))
        assert parse(document.content.decode()).get("lang") == "zh-hant"
    names = {each.text_content().strip() for each in page.xpath("//dt")}
    assert {"Subject", "To", "From", "Message-ID", "Content-Language"} <= names
    assert {"List-Unsubscribe", "List-Unsubscribe-Post"} <= names
    assert "HELLO-7QKM3F" in page.xpath("//pre")[0].text_content()


def test_in_its_frame_a_mail_may_show_its_styles_and_do_nothing_else(editor):
    document = editor.get(f"{HERE}paid/en/html/")
    policy = dict(
        part.strip().partition(" ")[::2] for part in document["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'" and policy["sandbox"] == ""
    assert policy["style-src"] == "'unsafe-inline'" and policy["frame-ancestors"] == "'self'"
    assert "script-src" not in policy
    assert document["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("address", ["", "paid/en/", "paid/en/html/"])
def test_who_may_not_read_the_outbox_may_not_look_at_its_samples(client, address):
    assert client.get(HERE + address).status_code == 302
    client.force_login(factories.user(is_staff=True))
    assert client.get(HERE + address).status_code == 403


@pytest.mark.parametrize("address", ["unheard-of/en/", "paid/fr/", "paid/fr/html/"])
def test_there_is_no_sample_of_what_is_not_sent(editor, address):
    assert editor.get(HERE + address).status_code == 404
