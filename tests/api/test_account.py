"""What is a member's own, by their session or a token."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import factories
from api.views import account
from calling import Caller, pointers, problem, token_of
from contact.models import Message, Thread
from members.models import Address
from newsletter.models import Subscriber, Topic
from outbox.models import Message as Mail
from visiting import member
from writing import picture

pytestmark = pytest.mark.django_db
ADDRESS = dict(factories.ADDRESS)


@pytest.fixture(params=["session", "token"])
def ada(request):
    user = member()
    if request.param == "session":
        return Caller(user)
    return Caller(token=token_of(user, "account", "cart"))


def test_who_is_asking(ada):
    assert Caller().get("session/").json() == {"member": None, "scopes": None}
    told = ada.get("session/").json()
    assert told["member"]["email"] == "ada@example.com"


def test_name_and_language(ada):
    assert ada.patch("account/", {"name": "Ada"}).json()["name"] == "Ada"
    assert ada.patch("account/", {"language": "zh-hant"}).json() == {
        "email": "ada@example.com",
        "name": "Ada",
        "language": "zh-hant",
    }
    assert "/language" in pointers(ada.patch("account/", {"language": "fr"}))
    assert "/name" in pointers(ada.patch("account/", {"name": "a\nb"}))


def test_addresses(ada):
    kept = ada.post("account/addresses/", {"address": ADDRESS, "label": "Home"})
    assert kept.status_code == 201 and kept.json()["default"]
    other = ada.post("account/addresses/", {"address": ADDRESS | {"name": "Grace"}}).json()
    assert not other["default"]
    at = f"account/addresses/{other['id']}/"
    assert ada.post(f"{at}default/").json()["default"]
    changed = ada.put(at, {"address": ADDRESS | {"name": "Grace Hopper"}, "label": "Work"}).json()
    assert (changed["address"]["name"], changed["label"]) == ("Grace Hopper", "Work")
    assert len(ada.get("account/addresses/").json()) == 2
    assert ada.delete(at).status_code == 204
    assert problem(ada.get(at)) == "not-found"
    wrong = {"address": {"country_code": "XX", "name": "Ada"}}
    assert "/address/country_code" in pointers(ada.post("account/addresses/", wrong))
    assert "/address" in pointers(ada.post("account/addresses/", {"address": "home"}))


def test_addresses_of_others_are_not_there(ada):
    theirs = Address.objects.keep(member("eve@example.com"), ADDRESS)
    at = f"account/addresses/{theirs.pk}/"
    for answer in (ada.get(at), ada.put(at, {"address": ADDRESS}), ada.delete(at)):
        assert problem(answer) == "not-found"
    assert problem(ada.post(f"{at}default/")) == "not-found"
    assert Address.objects.filter(pk=theirs.pk).exists()


def test_an_address_that_is_deleted_while_it_is_changed_is_not_there(ada, monkeypatch):
    at = f"account/addresses/{ada.post('account/addresses/', {'address': ADDRESS}).json()['id']}/"
    heard = account.heard

    def late(*told):
        Address.objects.all().delete()
        return heard(*told)

    monkeypatch.setattr(account, "heard", late)
    assert problem(ada.put(at, {"address": ADDRESS, "label": "Home"})) == "not-found"
    assert not Address.objects.exists()


def test_guests_have_no_account():
    for path in ("account/", "account/addresses/", "account/letters/"):
        assert Caller().get(path).status_code in {401, 403}


def test_the_wishlist(ada):
    cup = factories.variant()
    for caller in (Caller(), ada):
        kept = caller.post("wishlist/", {"variant": cup.pk})
        assert kept.status_code == 201
        assert [each["id"] for each in kept.json()["items"]] == [cup.pk]
        assert caller.post(f"wishlist/{cup.pk}/move/").json()["count"] == 1
        assert caller.get("wishlist/").json()["items"] == []
        caller.post("wishlist/", {"variant": cup.pk})
        assert caller.delete(f"wishlist/{cup.pk}/").json()["items"] == []
    assert problem(ada.post("wishlist/", {"variant": 999})) == "refused"


def test_what_was_looked_at():
    cup = factories.variant()
    browser = Client()
    for _ in range(2):
        browser.get(cup.get_absolute_url())
    program = Caller(client=browser)
    assert [each["slug"] for each in program.get("viewed/").json()["items"]] == [cup.product.slug]
    assert program.delete("viewed/").status_code == 204
    assert program.get("viewed/").json()["items"] == []


def test_letters_of_a_member(ada):
    topic = Topic.objects.create(name_en="News", name_zh="消息")
    assert ada.get("account/letters/").json()["on_the_list"] is False
    asked = {"topics": [topic.pk], "language": "en"}
    told = ada.put("account/letters/", asked).json()
    assert told["on_the_list"] and told["topics"] == [topic.pk]
    assert (
        ada.put("account/letters/", asked | {"language": "zh-hant"}).json()["language"] == "zh-hant"
    )
    assert "/topics" in pointers(ada.put("account/letters/", {"topics": [], "language": "en"}))
    assert "/topics" in pointers(ada.put("account/letters/", {"topics": [99], "language": "en"}))
    assert ada.delete("account/letters/").json()["on_the_list"] is False
    assert Subscriber.objects.get().state == "left"


def test_letters_about_what_is_no_longer_offered_are_told_to_who_has_them(ada):
    news, old = (Topic.objects.create(name_en=name, name_zh=name) for name in ("News", "Old"))
    ada.put("account/letters/", {"topics": [news.pk, old.pk], "language": "en"})
    Topic.objects.filter(pk=old.pk).update(offered=False)
    told = ada.get("account/letters/").json()
    assert [each["id"] for each in told["offered"]] == told["topics"] == [news.pk, old.pk]
    ada.put("account/letters/", {"topics": [news.pk], "language": "en"})
    assert [each["id"] for each in ada.get("account/letters/").json()["offered"]] == [news.pk]


def test_letters_are_asked_for_by_anybody_and_the_answer_says_nothing():
    known = Caller().post("newsletter/", {"email": "ada@example.com"})
    again = Caller().post("newsletter/", {"email": "ada@example.com"})
    assert (known.status_code, known.content) == (again.status_code, again.content) == (202, b"")
    assert Mail.objects.filter(to="ada@example.com").count() == 2
    assert "/email" in pointers(Caller().post("newsletter/", {"email": "ada"}))


def test_one_writes_to_the_shop():
    told = {"name": "Ada", "email": "ada@example.com", "subject": "A cup", "message": "Look"}
    assert Caller().post("contact/", told).status_code == 202
    assert Thread.objects.get().first.text == "Look"
    assert set(pointers(Caller().post("contact/", {}))) == {
        *("/name", "/email", "/subject", "/message"),
    }


def test_one_sends_a_picture_with_it():
    told = {"name": "Ada", "email": "ada@example.com", "subject": "A cup", "message": "Look"}
    headers = {"Origin": "http://testserver", "Idempotency-Key": "x"}
    strict = Client(enforce_csrf_checks=True)
    content = picture().read()

    def send(**more):
        sent = told | {"picture": SimpleUploadedFile("cup.jpg", content, "image/jpeg")} | more
        return strict.post("/api/v1/contact/", sent, headers=headers)

    assert [send().status_code for _ in range(2)] == [202, 202]
    kept = Message.objects.get().picture
    assert kept
    kept.delete()
    assert problem(send(subject="Another")) == "key-used"
