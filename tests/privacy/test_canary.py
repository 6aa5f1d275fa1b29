"""A person who has used all of the shop is everywhere before they are erased, and nowhere after.

What is looked through: a dump of the database (SQLite: the file's own bytes as well), the sessions
opened, everything in Redis, and every file of the instance. Mails that were delivered to the
demo's folder stand for mailboxes of others, and stay; the outbox is in the database.
"""

import io
import os
import re
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import pytest
import redis
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.test import Client
from django.urls import reverse

import factories
import placing
import visiting
from cart.models import CartLine
from catalog.models import Variant
from contact.models import Thread
from dom import form, forms, parse
from members.models import Address, User
from newsletter.models import Subscriber
from orders import flows
from orders.models import Capture, Invoice, Order, OrderLine, Refund
from outbox.models import Message
from outbox.post import sweep_due
from paying import arrived, visit
from privacy import making
from shopping import Shopper
from writing import kept_files

NAME, STREET, PHONE = "Zephyrine Quillfeather", "77 Canarybird Mews", "+44 20 7946 0773"
EMAIL, FORMER = "zephyrine@canary.example", "quillfeather@canary.example"
NOTE, PASSWORD = "Quillfeather rang about the parcel", "four canaries in one cage"
CANARIES = ["zephyrine", "quillfeather", "canarybird", "7946 0773"]


class Person(Shopper):
    """Somebody with an account, over real HTTP; forms are filled in as a browser does."""

    def fill(self, path, form_id="account-form", **fields):
        answer = self.client.get(path)
        (element,) = parse(answer.text).xpath("//form[@id=$id]", id=form_id)
        (found,) = [each for each in forms(parse(answer.text)) if each.element.get("id") == form_id]
        assert element is not None
        action = found.action or answer.url.path
        return self.client.post(action, data=found.fields | fields, follow_redirects=True)

    def onward(self, answer, **fields):
        """The next form of the same task, from the answer of the one before."""
        (found,) = [
            each for each in forms(parse(answer.text)) if each.element.get("id") == "account-form"
        ]
        action = found.action or answer.url.path
        return self.client.post(action, data=found.fields | fields, follow_redirects=True)

    def sensitive(self, path):
        answer = self.client.get(path, follow_redirects=True)
        if answer.url.path.endswith("/reauthenticate/"):
            answer = self.onward(answer, password=PASSWORD)
        assert answer.url.path == path
        return answer


def code(to):
    return visiting.mailed_code(to)


@pytest.fixture
def goods(transactional_db):
    return factories.variant(price=2000), factories.delivery(price=450)


@pytest.fixture
def shop(shop_server, paypal_env, at_paypal, redis_url):
    redis.Redis.from_url(redis_url).flushall()
    return shop_server(REDIS_URL=redis_url, **paypal_env)


def live(shop, paypal, variant, method):
    """Everything that a person does here; the last order is done with in the end."""
    person = Person.over_http(shop.url)
    join(person)
    person.post("/wishlist/keep/", variant=variant.pk)
    factories.coupon("CANARY", limit_per_person=5)
    person.add(variant)
    person.use("CANARY")
    details = {"name": NAME, "street_address": STREET, "phone": PHONE, "email": EMAIL}
    person.tell(**details)
    person.choose(method)
    order = arrived(person, paypal, person.place(**person.agree(), provider="paypal"))
    visit(order.approve())
    guest = Shopper.over_http(shop.url)
    guest.prepare(variant, method=method, **details)
    guest.place()
    guest.client.get(variant.get_absolute_url())
    work(order.order, Order.objects.latest("pk"))
    new_address(person)
    tell_the_shop(person)
    person.sensitive("/account/data/")
    person.fill("/account/data/", "privacy-ask")
    making.sweep()
    sweep_due()
    return person


def join(person):
    answer = person.fill("/account/signup/", email=FORMER, password1=PASSWORD)
    person.onward(answer, code=code(FORMER))
    User.objects.update(name=NAME)
    # Another device, and one that is still waiting for a code.
    other = Person.over_http(str(person.client.base_url))
    other.fill("/account/login/", login=FORMER, password=PASSWORD)
    assert "Sign out" in other.client.get("/account/").text
    Person.over_http(str(person.client.base_url)).fill("/account/login/code/", email=FORMER)


def new_address(person):
    """Change address and password; the guest's order at the new address becomes the member's."""
    answer = person.fill("/account/email/", email=EMAIL)
    if answer.url.path == "/account/reauthenticate/":
        answer = person.onward(answer, password=PASSWORD)
    person.onward(answer, code=code(EMAIL))
    user = User.objects.get(name=NAME)
    assert user.email == EMAIL
    new = {"oldpassword": PASSWORD, "password1": f"{PASSWORD} more"}
    person.fill("/account/password/change/", **new)
    assert User.objects.get(name=NAME).password != user.password


def tell_the_shop(person):
    """A letter with a picture, an address to keep, letters to get, and what is in the cart."""
    page = parse(person.client.get("/contact/").text)
    told = {"name": NAME, "email": EMAIL, "subject": f"From {NAME}", "message": f"At {STREET}"}
    picture = {"picture": ("quillfeather.jpg", factories.photograph(), "image/jpeg")}
    person.client.post("/contact/", data=dict(form(page, "/contact/").fields) | told, files=picture)
    assert Thread.objects.get().first.picture
    postal = {"name": NAME, "street_address": STREET, "phone": PHONE, "label": "Canarybird"}
    person.fill("/account/addresses/add/", **dict(factories.ADDRESS) | postal)
    assert Address.objects.get().phone == PHONE
    person.fill("/account/newsletter/", "newsletter-preferences")
    assert Subscriber.objects.get().email == EMAIL
    person.add(Variant.objects.get())
    assert CartLine.objects.exists()


def work(paid, unpaid):
    """What an editor does with them, and writes about them."""
    editor = Client()
    editor.force_login(factories.user("editor@shop.example", is_staff=True, is_superuser=True))

    def press(order, deed, **typed):
        address = reverse(f"admin:orders_order_{deed}", args=[order.pk])
        fields = form(parse(editor.get(address).text), address).fields
        assert editor.post(address, fields | typed).status_code == 302

    carrier = placing.carrier()
    press(unpaid, "receive", why=NOTE)
    for order in (paid, unpaid):
        press(order, "ship", carrier=str(carrier.pk), tracking="QUILLFEATHER 1")
    asked = flows.ask_return(paid.pk, {paid.lines.get().pk: (1, "other")}, NOTE)
    flows.refuse_return(asked.pk, NOTE)
    owed = flows.refund(unpaid.pk, {}, delivery=450, why=NOTE)
    flows.send_refund(owed.pk)
    user = User.objects.get(name=NAME)
    address = f"/admin/members/user/{user.pk}/change/"
    (found,) = [
        each
        for each in forms(parse(editor.get(address).text))
        if each.element.get("id") == "user_form"
    ]
    assert editor.post(address, found.fields | {"language": "en"}).status_code == 302
    assert LogEntry.objects.filter(object_repr=FORMER).exists()


# Where one may be


def dump():
    """The database as text."""
    if connection.vendor == "postgresql":
        program = max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        command = [program, f"{base}/{connection.settings_dict['NAME']}"]
        return subprocess.run(command, check=True, capture_output=True).stdout
    with sqlite3.connect(connection.settings_dict["NAME"]) as database:
        return "\n".join(database.iterdump()).encode()


def the_file_itself(data_dir):
    """SQLite's own bytes, once what it has set aside is written back."""
    if connection.vendor == "postgresql":
        return b""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in data_dir.glob("db.sqlite3*"))


def sessions():
    return repr([row.get_decoded() for row in Session.objects.all()]).encode()


def cache(redis_url):
    """Every key and value, whatever its kind; the shop compresses none."""
    server = redis.Redis.from_url(redis_url)
    return b"\n".join(key + b" " + (server.dump(key) or b"") for key in server.scan_iter())


def files(data_dir):
    """Every file of the instance but delivered mail, archives opened; in names as in contents."""
    found = []
    for path in data_dir.rglob("*"):
        inside = path.relative_to(data_dir)
        if not path.is_file() or inside.parts[0] in {"mail", "static"} or "sqlite3" in path.name:
            continue
        content = path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(content)) as opened:
                content = b"\n".join(opened.read(name) for name in opened.namelist())
        found.append(str(inside).encode() + content)
    return b"\n".join(found)


def seen(places):
    """Place → the canaries that sing there."""
    return {
        name: {canary for canary in CANARIES if canary.encode() in text.lower()}
        for name, text in places.items()
    }


def look(data_dir, redis_url):
    return seen(
        {
            "dump": dump(),
            "file": the_file_itself(data_dir),
            "sessions": sessions(),
            "cache": cache(redis_url),
            "files": files(data_dir),
        }
    )


def totals():
    """What the accounts add up: by month, currency and tax rate; and every number in a sequence."""
    month = TruncMonth("order__placed_at")
    lines = OrderLine.objects.annotate(month=month).order_by()
    orders = Order.objects.annotate(month=TruncMonth("placed_at")).order_by()
    return [
        list(
            lines.values("month", "order__currency", "tax_rate").annotate(
                n=Sum("quantity"), gross=Sum("total"), off=Sum("discount"), within=Sum("tax")
            )
        ),
        list(
            orders.values("month", "currency", "delivery_tax_rate", "state").annotate(
                gross=Sum("total"), within=Sum("tax"), sent=Sum("delivery_price")
            )
        ),
        Capture.objects.aggregate(Sum("amount")),
        Refund.objects.aggregate(Sum("amount")),
        sorted(Invoice.objects.values_list("year", "number")),
    ]


def test_erased_is_erased(shop, at_paypal, goods, data_dir, redis_url):
    variant, method = goods
    person = live(shop, at_paypal, variant, method)
    before, sums = look(data_dir, redis_url), totals()
    assert before["dump"] == set(CANARIES)
    assert before["sessions"] == set(CANARIES)
    assert before["files"] == set(CANARIES), "the export"
    assert cache(redis_url), "nothing was cached: then it was not looked at"
    if connection.vendor == "sqlite":
        assert before["file"] == set(CANARIES)
    # The guest's as well, because its address is proven by now.
    assert Order.objects.filter(member=User.objects.get(name=NAME)).count() == 2
    kept = kept_files()

    answer = person.fill("/account/erase/", "privacy-form", sure="1")
    assert answer.url.path == "/account/erased/"
    assert Message.objects.get(to=EMAIL).kind == "erased"
    sweep_due()
    assert look(data_dir, redis_url) == dict.fromkeys(before, set())
    assert len(kept) - len(kept_files()) == 2, "the letter's picture, the export"
    assert not CartLine.objects.exists()
    assert totals() == sums
    assert person.client.get("/account/").status_code == 302
    assert re.search("erased", answer.text)


def test_the_look_finds_a_canary_in_each_place(shop, goods, data_dir, redis_url):
    redis.Redis.from_url(redis_url).set("zephyrine", "canarybird")
    hidden = data_dir / "hidden.txt"
    hidden.write_text(f"{NAME} {PHONE}")
    try:
        found = look(data_dir, redis_url)
    finally:
        hidden.unlink()
    assert found["cache"] == {"zephyrine", "canarybird"}
    assert found["files"] == {"zephyrine", "quillfeather", "7946 0773"}
