"""What the shop's own programs do: stock, prices, parcels."""

import pytest

import factories
import placing
from cache import versions
from cache.versions import SHOP, STOCK
from calling import Caller, pointers, problem, token_of
from catalog.models import Variant
from orders.models import Shipment
from visiting import member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def keeper():
    editor = member("keeper@example.com", is_staff=True, is_superuser=True)
    return Caller(token=token_of(editor, "stock", "fulfilment"))


@pytest.fixture
def cup():
    return factories.variant(sku="CUP-A", price=2400, stock=5)


AT = "staff/variants/CUP-A/"


def version(keeper):
    return keeper.get(AT)["ETag"]


def test_stock_and_price_are_changed_by_who_has_seen_them(keeper, cup):
    seen = version(keeper)
    changed = keeper.patch(AT, {"stock": 12, "price": {"amount": 2600}}, If_Match=seen)
    assert changed.status_code == 200, changed.text
    assert changed.json()["stock"] == 12 and changed.json()["price"]["amount"] == 2600
    assert changed["ETag"] == version(keeper) != seen
    cup.refresh_from_db()
    assert (cup.stock, cup.price) == (12, 2600)


def test_a_version_is_of_all_that_is_told_and_in_any_language(keeper, cup):
    seen = version(keeper)
    chinese = keeper.get(AT, Accept_Language="zh-TW")["ETag"]
    assert chinese != seen
    assert keeper.get(AT, If_None_Match=seen).status_code == 304
    Variant.objects.filter(pk=cup.pk).update(active=False)
    assert keeper.get(AT, If_None_Match=seen).json()["active"] is False
    now = keeper.get(AT, Accept_Language="zh-TW")["ETag"]
    assert keeper.patch(AT, {"stock": 3}, If_Match=now).json()["stock"] == 3


def test_who_has_seen_another_version_changes_nothing(keeper, cup):
    seen = version(keeper)
    Variant.objects.take(cup.pk, 1)  # somebody buys
    assert problem(keeper.patch(AT, {"stock": 12}, If_Match=seen)) == "changed"
    assert problem(keeper.patch(AT, {"stock": 12})) == "unconditional"
    cup.refresh_from_db()
    assert cup.stock == 4
    weak = "W/" + version(keeper)
    assert keeper.patch(AT, {"stock": 3}, If_Match=weak).json()["stock"] == 3
    assert keeper.patch(AT, {"stock": 2}, If_Match="*").json()["stock"] == 2


@pytest.mark.django_db(transaction=True)
def test_more_of_a_variant_is_no_new_version_of_the_shop(keeper, cup):
    """All that is kept goes by it: a program that tells the stock would empty the cache."""

    def renewed(**what):
        known = {name: versions.current([name]) for name in (SHOP, STOCK)}
        assert keeper.patch(AT, what, If_Match=version(keeper)).status_code == 200
        return {name for name in known if versions.current([name]) != known[name]}

    assert renewed(stock=12) == {STOCK}
    assert renewed(price={"amount": 2600}) == {SHOP}
    assert renewed(stock=7, compare_at={"amount": 3000}) == {SHOP, STOCK}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"stock": -1}, "/stock"),
        ({"stock": 10**9}, "/stock"),
        ({"stock": "many"}, "/stock"),
        ({"stock": None}, "/stock"),
        ({"price": {"amount": -5}}, "/price"),
        ({"price": {"amount": 10**15}}, "/price"),
        ({"price": {"amount": 5, "currency": "USD"}}, "/price/currency"),
        ({"price": {"amount": 2.5}}, "/price/amount"),
        ({"price": None}, "/price"),
        ({"price": {}}, "/price"),
        ({"price": 5}, "/price"),
    ],
)
def test_what_is_no_stock_and_no_price_is_told(keeper, cup, wrong, pointer):
    assert list(pointers(keeper.patch(AT, wrong, If_Match=version(keeper)))) == [pointer]
    cup.refresh_from_db()
    assert (cup.stock, cup.price) == (5, 2400)


def test_a_sale_is_cheaper_than_before_and_ends(keeper, cup):
    def change(**what):
        return keeper.patch(AT, what, If_Match=version(keeper))

    assert change(compare_at={"amount": 2400}).status_code == 422
    assert change(compare_at={"amount": 3000}).json()["compare_at"]["text"] == "£30.00"
    assert change(compare_at=None).json()["compare_at"] is None


def test_what_was_made_to_order_is_counted_from_now_on(keeper, cup):
    Variant.objects.update(stock=None)
    assert keeper.get(AT).json()["stock"] is None
    assert keeper.patch(AT, {"stock": 0}, If_Match=version(keeper)).json()["stock"] == 0


def test_orders_to_fulfil_and_their_parcels(keeper, cup):
    placing.carrier()
    placing.place((cup, 1))
    order = placing.pay(placing.place((cup, 2)))
    (told,) = keeper.get("staff/orders/").json()["items"]
    assert told["number"] == order.number and told["address"]["name"] == "Ada Byron"
    assert order.secret not in keeper.last.text
    (line,) = told["lines"]
    parcel = {
        "carrier": "Royal Mail",
        "tracking": "RM 1",
        "lines": [{"line": line["id"], "quantity": 1}],
    }
    at = f"staff/orders/{order.number}/parcels/"
    key = {"Idempotency-Key": "1"}
    first, again = keeper.post(at, parcel, **key), keeper.post(at, parcel, **key)
    assert first.status_code == 201 and first.content == again.content
    assert Shipment.objects.count() == 1
    assert keeper.get(f"staff/orders/{order.number}/").json()["lines"][0]["sent"] == 1
    too_many = parcel | {"lines": [{"line": line["id"], "quantity": 2}]}
    assert problem(keeper.post(at, too_many)) == "refused"
    assert "/carrier" in pointers(keeper.post(at, parcel | {"carrier": "Owl"}))
    assert (
        problem(keeper.post(at, parcel | {"lines": [{"line": 99999, "quantity": 1}]})) == "refused"
    )
    assert keeper.post(at, parcel).status_code == 201
    assert keeper.get("staff/orders/").json()["items"] == []
    assert keeper.get("staff/carriers/").json() == [{"name": "Royal Mail"}]


def test_a_line_that_is_named_twice_is_told_and_nothing_is_lost(keeper, cup):
    placing.carrier()
    order = placing.pay(placing.place((cup, 3), (factories.variant(), 1)))
    one, other = order.lines.values_list("pk", flat=True)
    lines = [{"line": pk, "quantity": n} for pk, n in [(one, 1), (other, 1), (one, 2)]]
    parcel = {"carrier": "Royal Mail", "tracking": "1", "lines": lines}
    at = f"staff/orders/{order.number}/parcels/"
    assert list(pointers(keeper.post(at, parcel))) == ["/lines/2/line"]
    assert not Shipment.objects.exists()


def test_unpaid_orders_are_nobodys_to_pack(keeper, cup):
    order = placing.place((cup, 1))
    assert problem(keeper.get(f"staff/orders/{order.number}/")) == "not-found"
    assert problem(keeper.post(f"staff/orders/{order.number}/parcels/", {})) == "not-found"


def test_orders_come_in_pages(keeper, cup):
    Variant.objects.update(stock=100)
    numbers = [placing.pay(placing.place((cup, 1))).number for _ in range(5)]
    seen, at = [], "staff/orders/?limit=2"
    while at:
        told = keeper.get(at.replace("http://127.0.0.1:8000", "")).json()
        seen, at = seen + [each["number"] for each in told["items"]], told["next"]
    assert seen == numbers[::-1]
    # What is packed meanwhile waits no longer; the next page begins after it all the same.
    placing.carrier()
    first = keeper.get("staff/orders/?limit=2").json()
    for each in first["items"]:
        lines = [{"line": line["id"], "quantity": 1} for line in each["lines"]]
        parcel = {"carrier": "Royal Mail", "tracking": "1", "lines": lines}
        assert keeper.post(f"staff/orders/{each['number']}/parcels/", parcel).status_code == 201
    rest = keeper.get(first["next"].replace("http://127.0.0.1:8000", "")).json()
    assert [each["number"] for each in rest["items"]] == numbers[2::-1][:2]
    assert problem(keeper.get("staff/orders/?after=K7QM-3F9T")) == "refused"
    assert problem(keeper.get("staff/orders/?after=%00")) == "refused"
