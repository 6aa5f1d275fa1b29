"""The quick way to write a mail comes to the same as Python's own, read as mail programs do."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.mail import Mail

pytestmark = pytest.mark.slow

HEADERS = {
    "Message-ID": "<7f@shop.example>",
    "Content-Language": "zh-hant",
    "List-Unsubscribe": "<https://shop.example/newsletter/leave/" + "x" * 150 + "/?letter=7>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
PRINTABLE = st.characters(codec="utf-8", exclude_categories=("C", "Z"))


def written(
    subject="新杯子 New cups", body="Words\n.\n字", html="<p>字 = é</p>", to="ada@example.com"
):
    mail = Mail(subject, body, "Ink & Leaf <shop@shop.example>", [to], headers=HEADERS)
    mail.attach_alternative(html, "text/html")
    return mail


def read(content):
    mail = email.message_from_bytes(content, policy=email.policy.default)
    parts = [mail.get_body((kind,)).get_content().rstrip("\n") for kind in ("plain", "html")]
    headers = {name: str(value) for name, value in mail.items() if name != "Date"}
    types = [part.get_content_type() for part in mail.walk()]
    return {k: v for k, v in headers.items() if k != "Content-Type"}, types, parts


def both(mail):
    return read(mail.as_bytes()), read(mail.message(policy=email.policy.SMTP).as_bytes())


def test_it_reads_as_pythons_own():
    quick, own = both(written())
    assert quick == own


@given(
    st.text(PRINTABLE, max_size=150), st.text(PRINTABLE | st.just("\n"), min_size=1, max_size=400)
)
def test_whatever_it_says(subject, words):
    quick, own = both(written(subject, words, f"<p>{words}</p>"))
    assert quick[1:] == own[1:]
    assert quick[0]["List-Unsubscribe"] == own[0]["List-Unsubscribe"] == HEADERS["List-Unsubscribe"]
    assert "".join(quick[0]["Subject"].split()) == "".join(own[0]["Subject"].split())


def test_no_line_is_longer_than_mail_servers_take():
    content = written(body="x" * 5000, html="<p>" + "字" * 5000).as_bytes()
    assert max(map(len, content.split(b"\r\n"))) < 998
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "wrong", [{"subject": "A\r\nBcc: b"}, {"to": "a@b.example\nBcc: b@c.example"}]
)
def test_a_line_break_in_a_header_is_refused(wrong):
    with pytest.raises(ValueError):
        written(**wrong).as_bytes()
