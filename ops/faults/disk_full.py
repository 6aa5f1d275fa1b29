"""The disk of the uploads, then PostgreSQL's, takes not a byte more."""

from database_away import buyers, pressed_while
from disk import Disk, small_disk
from django.db import connections
from shoppers import invariants, shopper, variant
from stage import Stage
from table import Figures, NotMeasured, row

import hostile
from contact.models import Thread
from dom import form, parse
from orders.models import Order, OrderLine
from paying import insist
from workers import wait_for
from writing import FIELDS

BUYERS = 30
SMALL = 64 * 1024


@row("disk of the uploads full", "a clear upload error and no orphan row")
def uploads(stage: Stage) -> Figures:
    folder = stage.data / "private"
    folder.mkdir(exist_ok=True)
    threads, who = Thread.objects.count(), shopper(stage)
    fields = form(parse(who.get("/contact/").text), "/contact/").fields | FIELDS
    picture = {"picture": ("cup.jpg", hostile.noise(800, 600), "image/jpeg")}
    with small_disk(folder, SMALL):
        told = who.client.post("/contact/", data=fields, files=picture)
        left = [path for path in folder.rglob("*") if path.is_file()]
    words = "We cannot take a picture at the moment."
    yield f"{told.status_code}, “{words}”", told.status_code == 422 and words in told.text
    rows = Thread.objects.count() - threads
    yield f"{rows} rows and {len(left)} files left", not rows and not left


@row("disk of PostgreSQL full", "orders all or nothing")
def database(stage: Stage) -> Figures:
    if not stage.disk:
        raise NotMeasured("only root may mount a small disk")
    cup = variant(stage, 1000)
    places = buyers(stage, cup, "full", BUYERS)
    statuses = _pressed_on(stage.disk, places)
    stage.keep_running()
    refused = len(places) - statuses.count(303)
    yield f"{refused} of {BUYERS} refused with {sorted(set(statuses) - {303})}", refused > 0
    _stand_up(stage)
    mine = Order.objects.filter(email__startswith="full-")
    lines = OrderLine.objects.filter(order__in=mine).count()
    yield f"{mine.count()} orders with {lines} lines", mine.count() == lines >= BUYERS - refused
    again = {insist(place).status_code for place in places}
    yield f"with room again {mine.count()} orders", again == {303} and mine.count() == BUYERS
    yield from invariants(stage, 400)  # a mail that could not be noted as sent waits 5 minutes


def _pressed_on(disk: Disk, places: list) -> list[int]:
    disk.fill()
    try:
        return pressed_while(places, 0.05)
    finally:
        disk.make_room()


def _stand_up(stage: Stage) -> None:
    """A PostgreSQL that has ended for want of room is started again by whoever started it."""
    assert stage.database.process
    if stage.database.process.poll() is not None:
        stage.database.stop()
        stage.database.start()
    connections.close_all()
    wait_for(lambda: shopper(stage).get("/readyz").status_code == 200, 60)
