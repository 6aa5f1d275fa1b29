"""A member's name, and the language in which we write to them."""

import pytest

import factories
import placing
from dom import parse
from members.forms import DetailsForm
from members.models import User
from orders import flows
from outbox.models import Message
from visiting import EMAIL, member, title

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(visitor):
    visitor.user = member()
    visitor.client.force_login(visitor.user)
    return visitor


def test_both_are_changed_and_the_account_greets_by_name(ada):
    answer = ada.send("details/", name="Ada Byron", language="zh-hant")
    assert answer.request["PATH_INFO"] == ada.at("")
    assert "Ada Byron" in answer.text
    ada.user.refresh_from_db()
    assert (ada.user.name, ada.user.language) == ("Ada Byron", "zh-hant")


def read_before(change, **told):
    """The form of a request that has read the member, and then something else happens."""
    user = member()
    form = DetailsForm({"name": "", "language": "en"} | told, instance=user)
    change(User.objects.get())
    assert form.is_valid()
    form.save()


def test_a_new_name_brings_back_no_old_password_and_no_old_right():
    def change(user):
        user.set_password("another pass phrase")
        user.is_active, user.language = False, "zh-hant"
        user.save()

    read_before(change, name="Ada")
    user = User.objects.get()
    assert user.check_password("another pass phrase") and not user.is_active
    assert (user.name, user.language) == ("Ada", "zh-hant")


def test_a_new_name_brings_back_nobody_who_was_erased():
    read_before(User.delete, name="Ada")
    assert not User.objects.exists()


@pytest.mark.parametrize("wrong", [{"language": "fr"}, {"name": "A" * 121}])
def test_what_cannot_be_is_refused_in_words_and_kept(ada, to, wrong):
    fields = {"name": "Grace", "language": "en"} | wrong
    answer = ada.post("details/", **fields)
    assert answer.status_code == 422
    assert title(answer).startswith("錯誤：" if to else "Error: ")
    assert fields["name"] in answer.text
    ada.user.refresh_from_db()
    assert (ada.user.name, ada.user.language) == ("", "en")


def test_its_words_are_the_shops_own(ada, to):
    page = ada.post("details/", name="A" * 121, language="fr").text
    assert ("請勿超過 120 個字" if to else "Use at most 120 characters; these are 121.") in page
    assert ("請從這些語言中選一種。" if to else "Choose one of these languages.") in page
    label = parse(page).xpath("//label[@for='id_name']")[0].text_content()
    assert label.split()[0] == ("稱呼" if to else "Name")


def test_a_name_stands_on_one_line_and_turns_nothing_around(ada):
    assert ada.post("details/", name="Ada\nByron", language="en").status_code == 422
    assert ada.post("details/", name="Ada \u202enoryB", language="en").status_code == 303
    ada.user.refresh_from_db()
    assert ada.user.name == "Ada noryB"


def test_nothing_else_of_the_account_can_be_changed_there(ada):
    ada.post("details/", name="Ada", language="en", email="x@example.com", is_staff="on")
    ada.user.refresh_from_db()
    assert (ada.user.email, ada.user.is_staff) == (EMAIL, False)


def test_mails_about_the_account_are_in_that_language_and_greet(visitor):
    member(name="Ada Byron", language="zh-hant")
    visitor.send("login/code/", email=EMAIL)
    message = Message.objects.get()
    assert message.language == "zh-hant"
    assert message.text.startswith("Ada Byron您好：")
    assert 'lang="zh-hant"' in message.html and "Ada Byron" in message.html


def test_mails_about_orders_are_too_and_lead_to_pages_in_it(settings):
    user = member(language="zh-hant")
    order = placing.place((factories.variant(), 1), member=user, language="en")
    flows.cancel(order.pk)
    placed, cancelled = Message.objects.order_by("pk")
    assert {placed.language, cancelled.language} == {"zh-hant"}
    assert f"{settings.SITE_URL}/zh-hant/orders/{order.number}/?key={order.secret}" in placed.text
    guests = placing.place((factories.variant(), 1), language="en")
    assert Message.objects.get(to=guests.email).language == "en"
