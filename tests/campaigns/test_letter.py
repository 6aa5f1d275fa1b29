"""What a letter says, and how its mail stands in the mailbox."""

import email
import email.policy
import re

import pytest

import factories
from campaigning import begun, block, campaign, readers, send, words
from campaigns.letter import letter
from newsletter import links
from newsletter.models import Subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def received(server):
    """The mails as the server keeps them."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in server.folder.glob("*.eml")
    ]


def test_the_mail_is_whole_as_the_server_keeps_it(sink):
    server = sink("--keep")
    [reader] = readers("ada", language="zh-hant")
    made = begun()
    delivery_id = send(made).deliveries.get().message_id
    [mail] = received(server)
    assert (mail["To"], mail["Subject"]) == ("ada@example.com", "新杯子")
    assert mail["Message-ID"] == delivery_id
    assert mail["Content-Language"] == "zh-hant"
    leave, letter_of = mail["List-Unsubscribe"].strip("<>").split("?")
    assert leave.startswith("http://127.0.0.1:8000/zh-hant/newsletter/leave/")
    assert links.read("leave", leave.rstrip("/").rpartition("/")[2]) == reader.pk
    assert letter_of == f"letter={made.pk}"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        content = mail.get_body((kind,)).get_content()
        assert "四個" in content
        assert mail["List-Unsubscribe"].strip("<>") in content
        assert "/newsletter/preferences/" in content
        assert "letter.invalid" not in content


def test_no_two_readers_get_each_others_addresses(mailoutbox):
    ada, grace = readers("ada", "grace")
    send(begun())
    for mail, own, other in zip(mailoutbox, (ada, grace), (grace, ada), strict=True):
        tokens = re.findall(r"/newsletter/(leave|preferences)/([^/\s]+)/", mail.body)
        assert {page for page, _token in tokens} == {"leave", "preferences"}
        assert {links.read(page, token) for page, token in tokens} == {own.pk}
        assert other.email not in str(mail.message())


def test_its_blocks_are_in_both_parts_in_their_order():
    made = campaign()
    cup = factories.variant(price=2400).product
    hidden = factories.product()
    block(made, "products").products.set([cup, hidden])
    block(made, "picture", picture=factories.picture())
    block(made, "button", text_en="To the cups", text_zh="看杯子", address="/c/tea/")
    found = letter(made, "en")
    for text in (found.text, found.html):
        places = [text.index(each) for each in (cup.name_en, "£24", "To the cups")]
        assert places == sorted(places)
        assert hidden.name_en not in text
    assert "http://127.0.0.1:8000/c/tea/" in found.text


def test_names_and_prices_are_those_of_the_moment():
    made = campaign()
    cup = factories.variant(price=2400)
    block(made, "products").products.set([cup.product])
    assert "£24" in words(made)
    type(cup).objects.update(price=1900)
    assert "£19" in words(made) and "£24" not in words(made)


def test_markdown_is_made_safe():
    made = campaign()
    block(made, text_en="<script>1</script> [x](javascript:1)", text_zh="x")
    html = letter(made, "en").html
    assert "<script>" not in html and 'href="javascript' not in html


@pytest.mark.parametrize("subject", ["A\r\nBcc: all@example.com", "A\nB"])
def test_a_subject_that_would_add_a_header_sends_nothing(sink, subject):
    """The form refuses it; were it in the table all the same, no mail is made of it."""
    server = sink()
    readers("ada")
    made = send(begun(subject_en=subject))
    assert not server.folder.joinpath("accepted").exists() or server.accepted() == []
    assert made.deliveries.get().state == "failed"


@pytest.mark.parametrize(
    "address",
    ["ada@example.com\r\nbcc: all@example.com", "ada@example.com, all@example.com", "<>"],
)
def test_an_address_that_is_none_gets_nothing(sink, address):
    """None comes through the form; a table filled in another way might hold one."""
    server = sink()
    [reader] = readers("ada")
    Subscriber.objects.filter(pk=reader.pk).update(email=address)
    made = send(begun())
    assert server.accepted() == []
    assert made.deliveries.get().state == "failed"


def test_a_heading_is_a_line_of_the_text_and_a_number_sign_stays():
    made = campaign()
    block(made, text_en="## New cups\n\nPiece #4. [See](/c/tea/)", text_zh="x")
    text = words(made)
    assert "\nNew cups\n\nPiece #4. See (http://127.0.0.1:8000/c/tea/)\n" in text
