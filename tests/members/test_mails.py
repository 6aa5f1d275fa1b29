"""The mails about an account: one for each event, HTML and text, in the page's language."""

import pytest
from allauth.account.models import EmailAddress

import factories
from dom import parse
from members import mail
from outbox.models import Message
from visiting import EMAIL, PASSWORD, mailed_code, member

ABOUT = {"code": "1234-5678", "from_email": EMAIL, "to_email": "byron@example.com"}
ABOUT |= {"provider": "Example", "days": 7}


@pytest.mark.parametrize("kind", mail.LETTERS)
def test_every_mail_is_whole_in_both_its_forms(db, kind):
    about = {key: value for key, value in ABOUT.items() if key != "code" or "code" in kind}
    mail.send(kind, EMAIL, about)
    message = Message.objects.get()
    assert message.subject and "\n" not in message.subject
    assert "%(" not in message.text + message.html + message.subject
    html = parse(message.html)
    assert html.get("lang") == "en"
    says = str(mail.LETTERS[kind].says) % about
    assert says in message.text and says in html.text_content()
    assert str(mail.LETTERS[kind].after) in message.text


def test_a_code_stands_in_the_mail_and_not_in_its_subject(visitor):
    member()
    visitor.send("login/code/", email=EMAIL)
    message = Message.objects.get()
    code = mailed_code()
    assert code in message.html and code not in message.subject


def test_a_mail_is_in_the_language_of_the_page(visitor, to):
    visitor.send("login/code/", email=EMAIL)
    message = Message.objects.get()
    assert message.language == ("zh-hant" if to else "en")
    assert ("帳戶" in message.subject) == bool(to)
    assert f'lang="{message.language}"' in message.html


def test_the_reader_of_a_mail_that_brings_news_is_shown_the_way_to_a_new_password(visitor):
    member()
    visitor.sign_in()
    visitor.send("password/change/", oldpassword=PASSWORD, password1="four large pots of tea")
    assert "/account/password/reset/" in Message.objects.get().text


def test_a_mail_that_cannot_be_worded_is_an_error_and_not_an_empty_mail(db):
    with pytest.raises(KeyError):
        mail.send("nothing_we_know", EMAIL, {})


def test_editors_do_not_read_the_codes_of_others(client, visitor):
    member()
    visitor.send("login/code/", email=EMAIL)
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    message = Message.objects.get()
    page = client.get(f"/admin/outbox/message/{message.pk}/change/").content.decode()
    assert message.to in page and message.subject in page.replace("&#x27;", "'")
    assert mailed_code() not in page


def test_an_account_made_by_an_editor_is_confirmed_at_the_first_sign_in(visitor):
    """Accounts made in the admin or at the command line have not been written to yet."""
    user = factories.user(email=EMAIL, is_staff=True)
    user.set_password(PASSWORD)
    user.save()
    answer = visitor.sign_in()
    visitor.fill(answer, code=mailed_code())
    assert visitor.signed_in
    assert EmailAddress.objects.get().verified
