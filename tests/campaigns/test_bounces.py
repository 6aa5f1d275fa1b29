"""Which notices put a reader off the list, each in its provider’s own shape at the real address."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from anymail.webhooks import amazon_ses
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.test import Client
from django.utils import timezone

from campaigning import begun, of, readers, send
from newsletter.models import Subscriber

pytestmark = pytest.mark.django_db
SECRET = "shop:a-secret-of-many-letters"
ADA = "ada@example.com"
KEY = "mailgun-signs-with-it"
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = PRIVATE.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)


@pytest.fixture
def sent(settings, monkeypatch, mailoutbox):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}
    settings.ANYMAIL |= {"POSTAL_WEBHOOK_KEY": base64.b64encode(PUBLIC).decode()}
    # It would ask boto3, which only who sends by Amazon has, where Amazon is: to subscribe there.
    monkeypatch.setattr(amazon_ses, "_get_anymail_boto3_params", lambda **_: ({}, {}))
    readers("ada", "grace")
    return send(begun())


def post(provider, told, secret=SECRET, **headers):
    if secret:
        headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    at = f"/webhooks/mail/{provider}/"
    return Client().post(at, json.dumps(told), content_type="application/json", headers=headers)


def amazon(kind, of_kind, secret=SECRET, name="notificationType"):
    """A message of SNS, in which SES's notice is a text: as a topic is told, or as an event."""
    mail = {"messageId": "00000138111222aa-33322211-cccc", "destination": [ADA]}
    mail |= {"source": "shop@example.com", "headersTruncated": False, "headers": []}
    told = {name: kind, kind.lower(): of_kind, "mail": mail}
    message = {"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"}
    message |= {"TopicArn": "arn:aws:sns:us-west-2:123456789012:shop", "Message": json.dumps(told)}
    message |= {"Timestamp": timezone.now().isoformat(), "SignatureVersion": "1"}
    sns = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": message["MessageId"]}
    return post("amazon_ses", message, secret, **sns)


def amazon_bounce(kind, of_kind, **more):
    recipient = {"emailAddress": ADA, "action": "failed", "status": "5.2.2"}
    recipient["diagnosticCode"] = "smtp; 552 5.2.2 as the other server has it"
    bounce = {"bounceType": kind, "bounceSubType": of_kind, "bouncedRecipients": [recipient]}
    bounce |= {"timestamp": timezone.now().isoformat(), "reportingMTA": "dns; a.amazonses.com"}
    return amazon("Bounce", bounce, **more)


def soon():
    """Whole seconds, as providers count; not in the same one in which the reader has confirmed."""
    return int(time.time()) + 1


def sparkpost(bounce_class, kind="bounce"):
    told = {"type": kind, "bounce_class": bounce_class, "error_code": "552", "rcpt_to": ADA}
    told |= {"raw_rcpt_to": ADA, "raw_reason": "552 5.2.2 ...", "transmission_id": "6583268498"}
    told |= {"timestamp": str(soon()), "event_id": "92356927693813856", "rcpt_meta": {}}
    return post("sparkpost", [{"msys": {"message_event": told}}])


def mailjet(error, hard_bounce):
    told = {"event": "bounce", "time": soon(), "email": ADA, "error": error}
    told |= {"MessageID": 19421777396190490, "blocked": False, "hard_bounce": hard_bounce}
    return post("mailjet", told | {"error_related_to": "recipient", "comment": ""})


def resend(kind, of_kind):
    bounce = {"type": kind, "subType": of_kind, "message": "The recipient's email provider sent a"}
    bounce["message"] += " general bounce message."
    told = {"email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "to": [ADA], "bounce": bounce}
    now = timezone.now().isoformat()
    return post("resend", {"type": "email.bounced", "created_at": now, "data": told})


def sendgrid(classification, kind="bounce"):
    told = {"email": ADA, "timestamp": soon(), "event": "bounce", "type": kind}
    told |= {"bounce_classification": classification, "status": "5.0.0", "reason": "550 ..."}
    return post("sendgrid", [told | {"smtp-id": "<14c5d75ce93>", "sg_event_id": "6g4ZI7SA"}])


def mailgun(status, words, reason="bounce"):
    code = int(words[:3])
    told = {"event": "failed", "severity": "permanent", "reason": reason, "recipient": ADA}
    told |= {"timestamp": soon(), "message": {"headers": {"message-id": "of-another@example.com"}}}
    told |= {"delivery-status": {"code": code, "enhanced-code": status, "message": words}}
    told["delivery-status"]["description"] = ""
    token, at = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", str(int(time.time()))
    signed = hmac.new(KEY.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    signature = {"token": token, "timestamp": at, "signature": signed}
    return post("mailgun", {"signature": signature, "event-data": told})


def mailgun_of_old(code):
    """As it told until 2018: a form."""
    token, at = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", str(soon())
    signed = hmac.new(KEY.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    told = {"event": "bounced", "recipient": ADA, "code": code, "error": f"{code} ..."}
    told |= {"token": token, "timestamp": at, "signature": signed, "Message-Id": "<of-another>"}
    headers = {"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
    return Client().post("/webhooks/mail/mailgun/", told, headers=headers)


def postal(event, **payload):
    told = {"event": event, "timestamp": soon(), "uuid": "0fcc8906", "payload": payload}
    body = json.dumps(told).encode()
    signature = PRIVATE.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 as Postal does
    headers = {"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
    headers["X-Postal-Signature"] = base64.b64encode(signature).decode()
    at = "/webhooks/mail/postal/"
    return Client().post(at, body, content_type="application/json", headers=headers)


def postal_fails(output):
    message = {"id": 12345, "token": "abcdef123", "direction": "outgoing", "to": ADA}
    told = {"status": "HardFail", "details": "Permanent SMTP delivery error", "output": output}
    return postal("MessageDeliveryFailed", message=message, **told)


def postal_bounces():
    sent = {"id": 12345, "token": "abcdef123", "direction": "outgoing", "to": ADA}
    back = {"id": 12347, "direction": "incoming", "subject": "Mail delivery failed"}
    return postal("MessageBounced", original_message=sent, bounce=back)


def brevo(kind):
    told = {"event": kind, "email": ADA, "ts_epoch": soon() * 1000, "reason": "552 ..."}
    return post("brevo", told | {"message-id": "<201798300811.5787683@relay.example>", "id": 1})


FOR_NOW = {
    **{
        f"amazon's transient {kind}": (amazon_bounce, "Transient", kind)
        for kind in ("General", "MailboxFull", "MessageTooLarge", "ContentRejected")
    },
    "amazon does not know": (amazon_bounce, "Undetermined", "Undetermined"),
    **{
        f"sparkpost's {kind}": (sparkpost, kind)
        for kind in ("1", "20", "21", "22", "23", "24", "25", "26", "40", "50", "51", "70")
    },
    "sparkpost, afterwards": (sparkpost, "22", "out_of_band"),
    "mailjet's full mailbox": (mailjet, "quota exceeded", False),
    "resend's transient": (resend, "Transient", "MailboxFull"),
    "sendgrid on what it says": (sendgrid, "Content"),
    "sendgrid is blocked": (sendgrid, "Reputation", "blocked"),
    "brevo": (brevo, "soft_bounce"),
    "mailgun's full mailbox": (mailgun, "5.2.2", "552 5.2.2 The mailbox is full"),
    "mailgun's policy": (mailgun, "5.7.1", "550 5.7.1 Blocked by policy"),
    "mailgun's policy, in words": (mailgun, "", "550-5.7.26 This mail is not authenticated"),
    "mailgun's full mailbox, of old": (mailgun_of_old, "5.2.2"),
    "postal, which does not say why": (postal_bounces,),
}
# Postal's own list of what was not delivered, for whatever reason.
NOT_TAKEN = {
    "postal's full mailbox": (postal_fails, "552 5.2.2 The mailbox is full"),
    "postal's policy": (postal_fails, "550 5.7.1 Blocked by policy"),
}
FOR_GOOD = {
    **{
        f"amazon's permanent {kind}": (amazon_bounce, "Permanent", kind)
        for kind in ("General", "NoEmail", "Suppressed", "OnAccountSuppressionList")
    },
    **{f"sparkpost's {kind}": (sparkpost, kind) for kind in ("10", "30")},
    "sparkpost, afterwards": (sparkpost, "10", "out_of_band"),
    "mailjet": (mailjet, "user unknown", True),
    "resend": (resend, "Permanent", "General"),
    "sendgrid": (sendgrid, "Invalid Address"),
    "brevo": (brevo, "hard_bounce"),
    "mailgun": (mailgun, "5.1.1", "550 5.1.1 The email account does not exist"),
    "mailgun, without a status": (mailgun, "", "550 No such user here"),
    "mailgun knew it": (mailgun, "", "605 Not delivering to previously bounced address"),
    "mailgun, of old": (mailgun_of_old, "5.1.1"),
    "postal": (postal_fails, "550 5.1.1 The email account does not exist"),
}


def ada():
    return Subscriber.objects.get(email=ADA)


@pytest.mark.parametrize("how", FOR_NOW)
def test_what_may_pass_is_noted_and_puts_nobody_off_the_list(sent, how):
    tell, *told = FOR_NOW[how]
    assert tell(*told).status_code == 200
    assert of("ada").bounced_at and ada().is_on_the_list


@pytest.mark.parametrize("how", NOT_TAKEN)
def test_what_was_not_taken_for_now_changes_nothing(sent, how):
    tell, *told = NOT_TAKEN[how]
    assert tell(*told).status_code == 200
    assert not of("ada").bounced_at and ada().is_on_the_list


@pytest.mark.parametrize("how", FOR_GOOD)
def test_a_mailbox_that_is_lost_gets_no_more(sent, how):
    tell, *told = FOR_GOOD[how]
    assert tell(*told).status_code == 200
    assert of("ada").bounced_at and not of("grace").bounced_at
    assert (ada().state, ada().reason) == ("suppressed", "bounced")


def test_amazon_tells_the_same_as_an_event(sent):
    amazon_bounce("Transient", "General", name="eventType")
    assert of("ada").bounced_at and ada().is_on_the_list
    amazon_bounce("Permanent", "General", name="eventType")
    assert ada().state == "suppressed"


def complaint(kind):
    told = {"complainedRecipients": [{"emailAddress": ADA}], "complaintFeedbackType": kind}
    return amazon("Complaint", told | {"userAgent": "Amazon SES Mailbox Simulator"})


def test_a_complaint_is_the_last_word_and_its_contrary_is_none(sent):
    assert complaint("not-spam").status_code == 200
    assert ada().is_on_the_list and not of("ada").complained_at
    complaint("abuse")
    assert (ada().state, ada().reason) == ("suppressed", "complained")


@pytest.mark.parametrize(("secret", "status"), [("", 401), ("shop:guessed-guessed-guessed", 400)])
def test_amazons_notices_need_the_secret_too(sent, secret, status):
    answer = amazon_bounce("Permanent", "General", secret=secret)
    assert answer.status_code == status
    assert ada().is_on_the_list and not of("ada").bounced_at
