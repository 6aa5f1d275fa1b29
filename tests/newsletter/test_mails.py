"""The mails about the list: whole in both forms and both languages, as a mailbox gets them."""

import email
import email.policy

import pytest
from django.test import Client

from dom import parse
from letters import ADA, on_the_list, sign_up
from newsletter.mail import LETTERS
from newsletter.models import Subscriber
from outbox.models import Message

pytestmark = pytest.mark.django_db


def all_of_them(to, offer):
    """Each kind once."""
    sign_up(to=to)
    ada = on_the_list(language="zh-hant" if to else "en")
    sign_up(to=to)
    ada.suppress(Subscriber.Reason.BOUNCED)
    sign_up(to=to)
    return {each.kind.removeprefix("newsletter_"): each for each in Message.objects.all()}


def test_every_mail_is_whole_in_both_its_forms(to, offer):
    found = all_of_them(to, offer)
    assert set(found) == set(LETTERS)
    for message in found.values():
        assert message.subject and "%(" not in message.subject + message.text + message.html
        assert message.to == ADA and message.language == ("zh-hant" if to else "en")
        html = parse(message.html)
        assert html.get("lang") == message.language
        for address in html.xpath("//a/@href"):
            assert address in message.text and address.startswith("http://")
        assert ("http" in message.text) and ("{" not in message.text)


def test_the_two_languages_say_different_things(offer):
    english = all_of_them("", offer)
    Message.objects.all().delete()
    Subscriber.objects.all().delete()
    chinese = all_of_them("/zh-hant", offer)
    for kind in LETTERS:
        assert english[kind].subject != chinese[kind].subject
        assert not set(english[kind].text.split()) & {"訂閱", "來信"}


def test_the_headers_reach_the_mailbox_whole(offer, mailoutbox):
    on_the_list()
    Message.objects.get().deliver()
    (sent,) = mailoutbox
    link = sent.extra_headers["List-Unsubscribe"]
    assert Client().get(link.strip("<>")).status_code == 200
    raw = sent.message(policy=email.policy.SMTP).as_bytes()
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in raw
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["List-Unsubscribe"] == link
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"] == Message.objects.get().message_id
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
