"""The pages of the admin where letters to many are written, sent and looked after."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

import factories
from campaigning import AT, begun, block, campaign, readers, send
from campaigns.models import Delivery
from dom import form, parse


def campaign_pages(editor: Client) -> dict[str, str]:
    found = {"campaigns": editor.get(AT), "campaign add": editor.get(f"{AT}add/")}
    found["campaign refused"] = editor.post(f"{AT}add/", {"subject_en": "x" * 200})
    draft = campaign()
    block(draft, "products").products.set([factories.variant().product])
    at = f"{AT}{draft.pk}"
    for code in ("change", "test", "send", "schedule", "cancel", "preview/en", "preview/zh-hant"):
        found[f"campaign {code}"] = editor.get(f"{at}/{code}/")
    page = parse(found["campaign schedule"].content.decode())
    fields = form(page, "/schedule/").fields
    found["campaign schedule refused"] = editor.post(f"{at}/schedule/", fields | {"at": "soon"})
    draft.schedule(timezone.now() + timedelta(days=1), None)
    found["campaign withdraw"] = editor.get(f"{at}/withdraw/")
    found |= _of_one_being_sent(editor)
    gallery = "/admin/outbox/message/gallery/"
    found |= {"gallery": editor.get(gallery), "sample": editor.get(f"{gallery}paid/zh-hant/")}
    assert {answer.status_code for answer in found.values()} == {200, 422}
    return {name: answer.content.decode() for name, answer in found.items()}


def _of_one_being_sent(editor: Client) -> dict:
    readers("one", "two")
    made = send(begun(coupon=factories.coupon()))
    Delivery.objects.filter(campaign=made).update(state=Delivery.State.UNKNOWN)
    at = f"{AT}{made.pk}"
    codes = ("change", "progress", "decide")
    found = {f"campaign sent {code}": editor.get(f"{at}/{code}/") for code in codes}
    found["campaign decide refused"] = editor.post(f"{at}/decide/", {})
    going = begun()
    for code in ("pause", "progress"):
        found[f"campaign going {code}"] = editor.get(f"{AT}{going.pk}/{code}/")
    going.pause(None)
    return found | {"campaign resume": editor.get(f"{AT}{going.pk}/resume/")}
