"""What the mail provider tells afterwards, over its webhook; and what strangers tell."""

import base64
import json
from datetime import timedelta

import pytest
from anymail.signals import AnymailTrackingEvent
from django.test import Client
from django.utils import timezone

from campaigning import begun, of, readers, send
from campaigns.hearing import heard
from campaigns.models import Delivery
from newsletter.models import Subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT = "/webhooks/mail/postmark/"
SECRET = "postmark:a-secret-of-many-letters"


@pytest.fixture(autouse=True)
def _with_a_secret(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


@pytest.fixture
def sent(mailoutbox):
    readers("ada", "grace")
    made = send(begun())
    Delivery.objects.filter(pk=of("ada").pk).update(provider_id="id-of-ada")
    return made


def tell(kind, *, secret=SECRET, at=AT, body=None, **more):
    told = {"RecordType": "Bounce", "Type": kind, "MessageID": "id-of-ada", "ID": 42}
    told |= {"Email": "ada@example.com", "BouncedAt": timezone.now().isoformat()} | more
    key = base64.b64encode(secret.encode()).decode()
    headers = {"Authorization": f"Basic {key}"} if secret else {}
    content = json.dumps(told) if body is None else body
    return Client().post(at, content, content_type="application/json", headers=headers)


def reader(name="ada"):
    return Subscriber.objects.get(email=f"{name}@example.com")


def test_a_letter_that_comes_back_is_the_last(sent):
    for _ in range(3):
        assert tell("HardBounce").status_code == 200
    assert (reader().state, reader().reason) == ("suppressed", "bounced")
    assert of("ada").bounced_at and not of("grace").bounced_at
    assert reader("grace").is_on_the_list


def test_a_complaint_is_the_last_word(sent):
    tell("SpamComplaint", RecordType="SpamComplaint")
    assert (reader().state, reader().reason) == ("suppressed", "complained")
    assert of("ada").complained_at


def test_a_policy_of_somebodys_server_puts_nobody_off_the_list(sent):
    tell("Blocked")
    assert of("ada").bounced_at and reader().is_on_the_list


def test_a_full_mailbox_puts_nobody_off_the_list(sent):
    tell("SoftBounce")
    assert of("ada").bounced_at and reader().is_on_the_list


@pytest.mark.parametrize(
    ("kind", "reason", "state"),
    [
        ({"event": "soft_bounce"}, "bounced", "confirmed"),
        ({"event": "soft_bounce"}, None, "confirmed"),
        ({"type": "activity.soft_bounced"}, "bounced", "confirmed"),
        ({"event": "hard_bounce"}, None, "suppressed"),
        ({"event": "bounce"}, "bounced", "suppressed"),
        ({"event": "bounce"}, None, "confirmed"),
        (None, "invalid", "suppressed"),
    ],
)
def test_each_provider_says_in_its_own_way_that_it_is_for_good(sent, kind, reason, state):
    told = {"event_type": "bounced", "recipient": "ada@example.com", "esp_event": kind}
    heard(AnymailTrackingEvent(reject_reason=reason, **told))
    assert reader().state == state


@pytest.mark.parametrize("kind", ["HardBounce", "SpamComplaint", "ManualSuppression"])
def test_what_was_before_a_reader_came_back_is_over(sent, kind):
    Subscriber.objects.update(confirmed_at=timezone.now() + timedelta(hours=1))
    tell(kind)
    assert reader().is_on_the_list


def test_who_leaves_at_the_provider_has_left(sent):
    tell("ManualSuppression")
    assert reader().state == "left" and of("ada").unsubscribed_at


def test_without_the_providers_number_it_is_about_the_newest_letter(sent):
    tell("HardBounce", MessageID="of-another-mail", Email="GRACE@example.com")
    assert of("grace").bounced_at and reader("grace").state == "suppressed"


@pytest.mark.parametrize("email", ["nobody@example.com", "<b>", "", "a" * 5000 + "@example.com"])
def test_what_is_about_nobody_changes_nothing(sent, email):
    assert tell("HardBounce", MessageID="none", Email=email).status_code == 200
    assert not Delivery.objects.filter(bounced_at__isnull=False).exists()


def test_a_letter_that_was_delayed_or_opened_changes_nothing(sent):
    for kind in ("Transient", "OpenRelayTest"):
        assert tell(kind).status_code == 200
    assert tell("", RecordType="Open").status_code == 200
    assert reader().is_on_the_list


FORGED = {
    "no secret": {"secret": ""},
    "another secret": {"secret": "postmark:guessed-guessed-guessed"},
    "another user": {"secret": SECRET.replace("postmark", "root")},
    "no json": {"secret": "", "body": b"\xff\0<xml"},
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_notice_is_refused_and_changes_nothing(sent, how):
    answer = tell("HardBounce", **FORGED[how])
    assert answer.status_code == 400
    assert reader().is_on_the_list and not of("ada").bounced_at


def test_without_a_secret_of_the_shops_there_is_no_such_address(sent, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": ""}
    assert tell("HardBounce").status_code == 404
    assert tell("HardBounce", secret="").status_code == 404
    assert reader().is_on_the_list


def test_nor_of_a_provider_that_nobody_knows(sent):
    assert tell("HardBounce", at="/webhooks/mail/pigeon/").status_code == 404


def test_reading_it_changes_nothing(sent):
    assert Client().get(AT).status_code == 405
    assert reader().is_on_the_list
