"""Editors find subscribers, take them away as a table, and do what is asked of them."""

import csv
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

import factories
from dom import form, parse
from letters import ADA, on_the_list
from newsletter.models import Subscriber, WelcomeOffer
from web.sheets import neutral

pytestmark = [pytest.mark.django_db, pytest.mark.whole]
LIST = "/admin/newsletter/subscriber/"


def editor(*permissions, **more):
    client = Client()
    user = factories.user(is_staff=True, **more)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


@pytest.fixture
def chief():
    return editor(is_superuser=True)


def rows(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def export(client, *chosen, **more):
    fields = {"action": "export", "_selected_action": [each.pk for each in chosen]}
    return client.post(LIST, fields | more)


def test_subscribers_are_found_by_address_state_and_topic(chief, topics):
    ada, grace = on_the_list(), on_the_list("grace@example.com")
    grace.leave()
    for query in ("q=ada@", "state__exact=confirmed", f"topics__id__exact={topics[0].pk}&q=ada"):
        page = chief.get(f"{LIST}?{query}").content.decode()
        assert ADA in page and "grace@" not in page, query
    assert ada.pk


def test_the_list_costs_the_same_however_many_there_are(chief, django_assert_num_queries):
    def queries():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as found:
            chief.get(LIST)
        return len(found)

    on_the_list()
    chief.get(LIST)
    few = queries()
    for n in range(10):
        on_the_list(f"{n}@example.com")
    assert queries() == few


def test_the_table_holds_who_was_chosen_and_no_formula(chief, topics):
    formula = on_the_list("+1-ada@example.com")
    left = on_the_list("grace@example.com")
    left.leave()
    on_the_list("other@example.com")
    answer = export(chief, formula, left)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="subscribers.csv"'
    head, *found = rows(answer)
    assert head[0] == "email address" and len(head) == len(found[0])
    assert sorted(row[0] for row in found) == ["'+1-ada@example.com", "grace@example.com"]
    by_address = {row[0]: row for row in found}
    assert by_address["grace@example.com"][1] == "has left"
    assert by_address["'+1-ada@example.com"][-1] == "Tea, Clay"


def test_a_table_of_all_pages_asks_no_more_for_more_rows(chief, django_assert_max_num_queries):
    chosen = [on_the_list(f"{n}@example.com") for n in range(120)]
    with django_assert_max_num_queries(14):
        answer = export(chief, chosen[0], select_across="1", index="0")
        assert len(rows(answer)) == 121


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_is_never_a_formula(cell):
    assert neutral(cell) == f"'{cell}"
    assert neutral(f"a{cell}") == f"a{cell}" and neutral(None) == ""


DEEDS = {"leave": ("confirmed", "left"), "suppress": ("confirmed", "suppressed")}
DEEDS |= {"release": ("suppressed", "left")}


@pytest.mark.parametrize("code", DEEDS)
def test_a_deed_asks_first_and_is_done_once(chief, code):
    before, after = DEEDS[code]
    ada = on_the_list()
    if before == "suppressed":
        ada.suppress(Subscriber.Reason.BOUNCED)
    here, deed = f"{LIST}{ada.pk}/change/", f"{LIST}{ada.pk}/{code}/"
    assert deed in parse(chief.get(here).content.decode()).xpath("//main//a/@href")
    asked = chief.get(deed)
    assert Subscriber.objects.get().state == before
    button = form(parse(asked.content.decode()).xpath("//main")[0], f"/{code}/")
    for _ in range(2):
        answer = chief.post(button.action, button.fields)
        assert (answer.status_code, answer["Location"]) == (302, here)
        assert Subscriber.objects.get().state == after
    assert deed not in parse(chief.get(here).content.decode()).xpath("//main//a/@href")


@pytest.mark.parametrize("permissions", [[], ["view_subscriber"]], ids=["none", "reading"])
def test_who_may_not_change_changes_nothing(permissions):
    ada, client = on_the_list(), editor(*permissions)
    for code in DEEDS:
        for ask in (client.get, client.post):
            assert ask(f"{LIST}{ada.pk}/{code}/").status_code == 403
    assert Subscriber.objects.get().state == "confirmed"
    page = client.get(f"{LIST}{ada.pk}/change/")
    assert page.status_code == (200 if permissions else 403)
    assert b"/suppress/" not in page.content
    answer = export(client, ada)
    assert answer.status_code == (200 if permissions else 403)


def test_nobody_adds_or_deletes_a_subscriber(chief):
    ada = on_the_list()
    assert chief.get(f"{LIST}add/").status_code == 403
    assert chief.post(f"{LIST}{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Subscriber.objects.exists()


def test_the_consents_are_shown_with_the_words_that_were_agreed_to(chief):
    page = chief.get(f"{LIST}{on_the_list().pk}/change/").content.decode()
    assert "once or twice a month" in page


def test_the_welcome_code_is_one_and_written_as_people_write_it(chief):
    add = "/admin/newsletter/welcomeoffer/add/"
    words = {"name_en": "Hello", "name_zh": "見面禮", "percentage": "12.5", "days": "30"}
    assert chief.post(add, words | {"percentage": "0"}).status_code == 200
    assert chief.post(add, words).status_code == 302
    assert WelcomeOffer.objects.get().percentage == 1250
    assert chief.get(add).status_code == 403


def test_topics_are_the_editors(chief):
    words = {"name_en": "Tea", "name_zh": "茶", "position": "0", "offered": "on"}
    assert chief.post("/admin/newsletter/topic/add/", words).status_code == 302
    on_the_list()
    assert [str(each) for each in Subscriber.objects.get().topics.all()] == ["Tea"]
