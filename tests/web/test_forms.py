"""Every form of every page, found by itself: what each control has, and what a wrong post gets."""

import copy
import re
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

import demo
import kinds
from dom import forms, parse

CONTROLS = (
    ".//*[self::input[not(@type='hidden')] or self::select or self::textarea][@name]"
    "[not(ancestor::*[contains(@class, 'trap')])]"
)
PERSONAL = {
    *("name", "email", "login", "password", "password1", "oldpassword", "code", "phone"),
    *("company_name", "street_address", "city", "city_area", "country_area", "postal_code"),
    "country_code",
}


def asking(page):
    """The forms that are posted and ask for something."""
    return [form for form in forms(page) if form.method == "post" and form.element.xpath(CONTROLS)]


def by_id(page, *ids):
    return [page.xpath("//*[@id=$id]", id=each)[0] for each in ids]


def described(page, control):
    """What is read out with a control, or with the group that it is in."""
    group = control.xpath("ancestor::fieldset[@aria-describedby][1]")
    pointing = control if control.get("aria-describedby") or not group else group[0]
    return by_id(page, *(pointing.get("aria-describedby") or "").split())


def test_every_control_has_its_label_its_words_and_its_purpose(pages):
    seen = set()
    for name, answer in pages.items():
        page = parse(answer.content.decode())
        for form in asking(page):
            assert form.element.get("novalidate") is not None, name
            for control in form.element.xpath(CONTROLS):
                at = f"{name}: {control.get('name')}"
                seen.add(control.get("type") or control.tag)
                [label] = page.xpath("//label[@for=$id]", id=control.get("id"))
                assert label.text_content().strip(), at
                words = described(page, control)
                beside = control.xpath(
                    "ancestor::*[contains(concat(' ', @class, ' '), ' field ')][1]"
                    "//*[contains(concat(' ', @class, ' '), ' hint ') and @id]"
                )
                assert set(beside) <= set(words), at
                wrong = [each for each in words if each.get("class") == "field-error"]
                if control.get("type") != "radio":
                    assert (control.get("aria-invalid") == "true") == bool(wrong), at
                if control.get("name") in PERSONAL:
                    assert control.get("autocomplete"), at
    assert seen >= {"text", "email", "password", "file", "radio", "textarea", "select"}


def wrong(form):
    """What no form can want: a byte that is no letter, a choice that is not offered, a drawing."""
    fields = dict(form.fields)
    for control in form.element.xpath(CONTROLS):
        kind = control.get("type") or control.tag
        if kind == "file":
            fields[control.get("name")] = SimpleUploadedFile("a.svg", b"<svg/>")
        elif kind != "checkbox":
            fields[control.get("name")] = "nonsense" if kind in {"radio", "select"} else "\0"
    return fields


def kind_of(address):
    return re.sub(r"\d+", "…", address.partition("?")[0])


@contextmanager
def undone(client):
    """Whatever happens inside has not happened: not to rows, nor cookies, nor what is counted."""
    cookies = copy.deepcopy(client.cookies)
    counted = [(each, dict(each)) for each in (cache._cache, cache._expire_info)]
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies
    for each, before in counted:
        each.clear()
        each.update(before)


class Refuser:
    """Goes along with everybody, and posts what is wrong to each form that comes by."""

    def __init__(self) -> None:
        self.seen, self.told, self.odd, self.busy = set(), {}, {}, False

    def look_at(self, client, answer):
        if self.busy or client.handler.enforce_csrf_checks or b"<form" not in answer.content:
            return
        self.busy = True
        for form in asking(parse(answer.content.decode())):
            address = form.action or answer.wsgi_request.path
            self.seen.add(kind_of(address))
            if kind_of(address) not in self.told:
                with undone(client):
                    self.note(address, form, client.post(address, wrong(form)))
        self.busy = False

    def note(self, address, form, answer):
        if answer.status_code == 422:
            self.told[kind_of(address)] = form, parse(answer.content.decode())
        else:
            self.odd[address] = answer.status_code


@pytest.fixture(scope="module")
def refuser(demo_rows, django_db_blocker, _static_files):
    refuser, request = Refuser(), Client.request

    def requested(client, **more):
        answer = request(client, **more)
        refuser.look_at(client, answer)
        return answer

    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        demo.restore(demo_rows)
        patch.setattr(Client, "request", requested)
        kinds.every_page()
        transaction.set_rollback(True)
    return refuser


@pytest.mark.whole
def test_a_wrong_post_of_every_form_is_told_above_the_heading_and_beside_the_field(refuser):
    assert len(refuser.seen) > 20
    assert refuser.seen - refuser.told.keys() == set(), refuser.odd
    assert not {status for status in refuser.odd.values() if status == 200 or status >= 500}
    for address, (form, page) in refuser.told.items():
        assert page.findtext(".//title").strip().startswith("Error: "), address
        [summary] = page.xpath("//*[@id='problems-summary']/*[@role='alert']")
        assert summary.get("autofocus") is not None, address
        names = {control.get("name") for control in form.element.xpath(CONTROLS)}
        links = summary.xpath(".//a")
        targets = by_id(page, *(link.get("href")[1:] for link in links))
        assert names & {target.get("name") for target in targets}, address
        for link, target in zip(links, targets, strict=True):
            if target.get("name") in names:
                beside = [each.text_content() for each in described(page, target)]
                assert any(link.text_content().strip() in words for words in beside), address
