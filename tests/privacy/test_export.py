"""What is held about a person, as a file that only they can fetch."""

import csv
import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.db.models.functions import Now

import factories
from orders import flows, personal
from outbox.models import Message
from placing import place
from privacy import archive, making
from privacy.models import Export
from visiting import EMAIL, PASSWORD, Visitor, mailed_code, member
from wishlist.models import Wish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder"), pytest.mark.slow]


@pytest.fixture
def at_home(ada):
    """Ada, signed in, who has just said once more that it is her."""
    visitor = Visitor()
    visitor.sign_in()
    visitor.sensitive("data/")
    return visitor


def ask(visitor):
    answer = visitor.fill(visitor.get("data/"), form="privacy-ask")
    assert answer.status_code == 200
    return answer


def made(visitor):
    ask(visitor)
    making.sweep()
    return Export.objects.get()


def fetched(visitor):
    answer = visitor.get("data/download/")
    assert answer.status_code == 200, answer.headers
    return answer, ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_from_asking_to_the_file(at_home, ada, folder):
    cup = factories.variant()
    order = place((cup, 2), member=ada, email="post@example.com")
    Wish.objects.create(member=ada, variant_id=cup.pk)
    said = ask(at_home).content.decode()
    assert "It is being made." in said and "Put my data together" not in said
    making.sweep()
    assert "Made on" in at_home.get("data/").content.decode()
    answer, zipped = fetched(at_home)
    assert answer["Content-Disposition"].startswith('attachment; filename="ink-leaf-2')
    assert answer["Cache-Control"] == "private, no-store"
    held = json.loads(zipped.read("data.json"))
    assert held["members"]["account"][0]["name"] == "Ada Byron"
    assert held["orders"]["orders"][0]["number"] == order.number
    assert held["orders"]["orders"][0]["address"]["street_address"] == "12 St James's Square"
    assert held["wishlist"]["wishlist"][0]["sku"] == cup.sku
    assert {"README.txt", "orders-orders.csv", "members-account.csv"} <= set(zipped.namelist())
    rows = csv.DictReader(io.StringIO(zipped.read("orders-order_lines.csv").decode("utf-8-sig")))
    assert [(row["order"], row["sku"], row["quantity"]) for row in rows] == [
        (order.number, cup.sku, "2")
    ]


def test_a_mail_in_the_members_language_tells_and_leads_to_a_page_that_asks_who_it_is(db, folder):
    user = member("mei@example.com", language="zh-hant")
    making.ask(user)
    making.sweep()
    mail = Message.objects.get(kind="export_ready")
    assert mail.to == "mei@example.com" and mail.language == "zh-hant"
    assert "/zh-hant/account/data/" in mail.text
    assert Export.objects.get().name not in mail.text + mail.html
    answer = Visitor("/zh-hant").get("data/", follow=True)
    assert answer.request["PATH_INFO"] == "/zh-hant/account/login/"
    with ZipFile(folder / Export.objects.get().name) as zipped:
        assert "這是我們保有的您的全部資料" in zipped.read("README.txt").decode()


@pytest.mark.parametrize("path", ["data/", "data/download/", "erase/"])
def test_who_has_not_just_said_who_it_is_is_asked(ada, path):
    visitor = Visitor()
    visitor.sign_in()
    answer = visitor.get(path, follow=True)
    assert answer.request["PATH_INFO"] == "/account/reauthenticate/"
    answer = visitor.fill(answer, password=PASSWORD)
    assert answer.request["PATH_INFO"] == visitor.at("data/" if "download" in path else path)


def test_one_is_made_at_a_time(ada):
    assert making.ask(ada) and not making.ask(ada)
    export = Export.objects.get()
    assert export.claim() and not export.claim()


def test_one_members_file_is_not_anothers(at_home, ada):
    made(at_home)
    member("grace@example.com")
    grace = Visitor()
    grace.sign_in("grace@example.com")
    grace.sensitive("data/")
    answer = grace.get("data/download/", follow=True)
    assert "There is no file to download." in answer.content.decode()


def test_the_file_lies_where_nobody_else_reads_it_under_a_name_that_nobody_guesses(at_home, folder):
    export = made(at_home)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / export.name).stat().st_mode & 0o777 == 0o600
    assert len(export.name) > 43


def later(**more):
    with_days = Now() - timedelta(**more)
    Export.objects.update(expires_at=with_days)


def test_after_its_days_the_file_is_gone(at_home, folder, monkeypatch):
    made(at_home)
    later(seconds=1)
    answer = at_home.get("data/download/", follow=True)
    assert "There is no file to download." in answer.content.decode()
    monkeypatch.setattr(making, "CLAIM", timedelta())
    making.sweep()
    assert list(folder.iterdir()) == [] and Export.objects.count() == 0
    assert "Put my data together" in at_home.get("data/").content.decode()


def test_a_new_file_replaces_the_old_one(at_home, folder, monkeypatch):
    first = made(at_home)
    second = made(at_home)
    monkeypatch.setattr(making, "CLAIM", timedelta())
    making.sweep()
    assert [path.name for path in folder.iterdir()] == [second.name] != [first.name]
    assert Message.objects.filter(kind="export_ready").count() == 2


def test_a_disk_that_fails_is_told_and_leaves_nothing_behind(at_home, folder, monkeypatch):
    def full(to, *rest):
        to.write(b"PK, and no more room")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "write", full)
    made(at_home)
    assert list(folder.glob("*")) == []
    assert "The file could not be made." in at_home.get("data/").content.decode()
    monkeypatch.setattr(making, "write", archive.write)
    made(at_home)
    fetched(at_home)


def test_a_worker_that_dies_leaves_it_to_the_next(at_home, folder, monkeypatch):
    class Killed(BaseException):
        pass

    def die(to, *rest):
        raise Killed

    ask(at_home)
    monkeypatch.setattr(making, "write", die)
    with pytest.raises(Killed):
        making.sweep()
    monkeypatch.setattr(making, "write", archive.write)
    making.sweep()
    assert Export.objects.get().state == "asked"  # in the dead one's hands for a while
    Export.objects.update(claimed_until=Now() - timedelta(seconds=1))
    monkeypatch.setattr(making, "CLAIM", timedelta())
    making.sweep()
    assert Export.objects.get().state == "ready"
    assert [path.name for path in folder.iterdir()] == [Export.objects.get().name]


def test_one_that_was_overtaken_throws_its_file_away(ada, folder, monkeypatch):
    making.ask(ada)

    def overtaken(to, *rest):
        archive.write(to, *rest)
        Export.objects.update(name="another.zip")

    monkeypatch.setattr(making, "write", overtaken)
    making.sweep()
    assert list(folder.iterdir()) == []
    assert Message.objects.filter(kind="export_ready").count() == 0


def test_cells_that_a_spreadsheet_would_work_out_are_made_harmless():
    rows = [{"name": text} for text in ("=1+1", "+1", "-1", "@sum", "\tx", "\rx", "plain")]
    text = archive.as_csv([*rows, {"name": -5}, {"name": {"a": "=1"}}]).decode("utf-8-sig")
    cells = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert cells == ["'=1+1", "'+1", "'-1", "'@sum", "'\tx", "'\rx", "plain", "-5", '{"a": "=1"}']


def test_what_was_uploaded_lies_in_it(ada, monkeypatch):
    pictures = [("../../cup.jpg", io.BytesIO(b"a picture"))]
    monkeypatch.setattr(personal, "files", lambda member, emails: pictures, raising=False)
    to = io.BytesIO()
    archive.write(to, {}, flows.files(ada, {EMAIL}))
    (name,) = [name for name in ZipFile(to).namelist() if name.startswith("files/")]
    assert name == "files/orders/....cup.jpg"
    assert ZipFile(to).read(name) == b"a picture"


def test_codes_and_passwords_are_not_in_it(at_home, ada, folder):
    code_mail = Message.objects.filter(to=EMAIL)
    Visitor().send("login/code/", email=EMAIL)
    code = mailed_code()
    made(at_home)
    _answer, zipped = fetched(at_home)
    everything = "".join(zipped.read(name).decode() for name in zipped.namelist())
    assert code_mail.exists() and "Your code to sign in" in everything
    assert code not in everything and ada.password not in everything
    assert at_home.client.session.session_key not in everything
