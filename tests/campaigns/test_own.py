"""What all readers get is encoded once: it reads as if it had been encoded for each."""

import email.policy

import pytest

from campaigning import block, campaign, readers
from campaigns.letter import letter
from outbox.quoted import Quoted, quoted

pytestmark = pytest.mark.django_db
WORDS = {"text_en": "Cups = é. " * 30 + "  \n\n.\n\n. dots", "text_zh": "四個杯子。" * 60}


def read(content):
    mail = email.message_from_bytes(content, policy=email.policy.default)
    texts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    return {name: str(value) for name, value in mail.items() if name != "Content-Type"}, texts


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_letter_reads_as_pythons_own(language):
    made = campaign()
    block(made, **WORDS)
    block(made, "button", text_en="See", text_zh="看", address="/c/tea/")
    for reader in readers("ada", "grace", language=language):
        mail = letter(made, language).to(reader, "<1@shop.example>")
        quick = mail.as_bytes()
        headers, texts = read(mail.message(policy=email.policy.SMTP).as_bytes())
        found = read(quick)
        assert found[0] | {"Date": ""} == headers | {"Date": ""}
        assert [each.rstrip() for each in found[1]] == [each.rstrip() for each in texts]
        assert f"/newsletter/leave/{reader.pk}:" in found[1][0]
        assert max(map(len, quick.split(b"\r\n")[12:])) <= 76


@pytest.mark.parametrize(
    "text", ["A", " A ", "\nA\n", "é" * 99 + "A", "x" * 75 + "A" + "y" * 75, "AA"]
)
def test_marks_may_stand_anywhere(text):
    own = "https://shop.example/?a=b&c=" + "d" * 150
    [mark] = {"A"}
    filled = Quoted(text, [mark]).filled({mark: quoted(own)})
    head = b'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\n'
    head += b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    made = email.message_from_bytes(head + filled, policy=email.policy.default)
    assert made.get_content().replace("\r\n", "\n").rstrip("\n") == (
        "\n".join(text.replace("A", own).splitlines()).rstrip("\n")
    )
    assert max(map(len, filled.split(b"\r\n"))) <= 76
