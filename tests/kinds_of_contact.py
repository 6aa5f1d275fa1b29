"""Every page about writing to the shop, as its writers and its readers see it."""

import uuid
from dataclasses import replace
from unittest.mock import patch

from django.http import HttpResponse
from django.test import Client

import factories
from contact.models import Thread
from contact.views import LETTERS
from dom import form, parse
from writing import FIELDS, Writer, picture

Answers = dict[str, HttpResponse]


def contact_pages(to: str) -> Answers:
    writer = Writer(prefix=to)
    wrong = FIELDS | {"email": "ada@", "message": ""}
    found = {
        "contact": writer.client.get(writer.at),
        "contact refused": writer.post(wrong),
        "contact refused with a picture": writer.post(wrong | {"picture": picture()}),
        "contact refused a picture": writer.post(FIELDS | {"picture": picture("a.gif")}),
        "contact sent": writer.client.get(f"{writer.at}sent/"),
    }
    with patch("contact.views.LETTERS", replace(LETTERS, most=0)):
        found["contact too often"] = writer.send()
    return found


def thread(**more: str) -> Thread:
    told = {"name": FIELDS["name"], "email": FIELDS["email"], "subject": FIELDS["subject"]}
    told |= {"language": "zh-hant", "order_number": "K7QM-3F9T"}
    return Thread.objects.begin(uuid.uuid4(), text="可以盛裝食物嗎？", **told | more)


def inbox(editor: Client) -> dict[str, str]:
    """The pages of the admin where messages are read and answered."""
    user = factories.user(is_staff=True)
    thread(subject="An older one").close(user)
    found, asked = {}, thread(picture=picture())
    asked.reply("可以。", user, uuid.uuid4())
    asked.assign(user, user)
    at = f"/admin/contact/thread/{asked.pk}"
    for code in ("change", "reply", "assign", "close"):
        found[f"message {code}"] = editor.get(f"{at}/{code}/")
    page = parse(found["message reply"].content.decode())
    found["message reply refused"] = editor.post(f"{at}/reply/", form(page, "/reply/").fields)
    found["inbox"] = editor.get("/admin/contact/thread/?waiting=0")
    found["first page"] = editor.get("/admin/")
    assert {answer.status_code for answer in found.values()} == {200, 422}
    asked.first.picture.delete()
    return {name: answer.content.decode() for name, answer in found.items()}
