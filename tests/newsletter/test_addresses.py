"""What is typed as an address: one mailbox, or a clear answer and nothing else."""

import pytest
from django.core.exceptions import ValidationError

from dom import HTMX, parse
from letters import sign_up
from newsletter.address import normal
from newsletter.models import Subscriber
from outbox.models import Message

HOSTILE = [
    "ada",
    "ada@",
    "@example.com",
    "ada@example",
    "ada@@example.com",
    "ada@example..com",
    "ada@example.com, eve@example.com",
    "ada@example.com;eve@example.com",
    "ada@example.com eve@example.com",
    "Ada <ada@example.com>",
    '"ada"@example.com',
    '"a@b.example, "@example.com',
    '"\x01"@example.com',
    "ada@example.com\r\nBcc: eve@example.com",
    "ada\n@example.com",
    "ada@exam\rple.com",
    "ada\0@example.com",
    "ada@example.com\0",
    "ada@[127.0.0.1",
    "ada@-example-.com",
    "ａda@example.com",
    "ada\u200b@example.com",
    "ada@" + "a" * 64 + ".com",
    "a" * 250 + "@example.com",
    "ada@" + "ü" * 300 + ".example",
    "<script>alert(1)</script>@example.com",
    "=1+1@" + "x",
    "☕@example.com",
    "ſam@example.com",
    "\u212aate@example.com",
    "adaı@example.com",
]
SAME = {
    " Ada@Example.COM ": "ada@example.com",
    "ada+letters@example.com": "ada+letters@example.com",
    "o'neil@example.com": "o'neil@example.com",
    "ada@bücher.example": "ada@xn--bcher-kva.example",
    "ADA@XN--BCHER-KVA.example": "ada@xn--bcher-kva.example",
    "ada@Ｅxample.com": "ada@example.com",
}


@pytest.mark.parametrize("typed", HOSTILE, ids=ascii)
def test_what_is_no_address_is_refused_and_nothing_is_written(db, typed):
    with pytest.raises(ValidationError):
        normal(typed)
    answer = sign_up(typed)
    assert answer.status_code == 422
    page = parse(answer.content.decode())
    (field,) = page.xpath("//main//input[@name='email']")
    assert field.get("aria-invalid") == "true"
    assert len(field.get("value")) <= 254
    assert not Subscriber.objects.exists() and not Message.objects.exists()


@pytest.mark.parametrize(("typed", "kept"), SAME.items())
def test_one_mailbox_is_one_subscriber_however_it_is_written(db, typed, kept):
    for each in (typed, kept):
        assert sign_up(each).status_code == 303
    assert Subscriber.objects.get().email == kept
    assert {mail.to for mail in Message.objects.all()} == {kept}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_several_values_are_one_address(client, db, headers):
    client.post("/newsletter/", {"email": ["a@x.example", "b@x.example"]}, headers=headers)
    assert [each.email for each in Subscriber.objects.all()] == ["b@x.example"]


@pytest.mark.parametrize("size", [900_000, 1_100_000])
def test_a_megabyte_is_answered_clearly(client, db, size):
    answer = client.post("/newsletter/", {"email": "a" * size})
    assert answer.status_code in {400, 413, 422}
    assert len(answer.content) < 100_000
    assert not Subscriber.objects.exists()
