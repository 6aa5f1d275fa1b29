"""What a token must be for: as each operation says it, the manual and the guide too, so it is."""

import json
import re

import pytest
from django.core.cache import cache

import factories
import placing
from api.models import Scope
from api.schema.document import document
from api.schema.hooks import examples
from calling import Caller, problem, token_of
from members.models import Address
from orders.models import Order
from services import ROOT
from visiting import member

pytestmark = pytest.mark.django_db
ALL = set(Scope.values)
SEVERAL = {"changeOrder", "orderAgain"}


def operations() -> dict[str, tuple[str, str, dict]]:
    """By its id: method, path as in its example, and all else that the schema says; personal ones
    alone, for those of the catalogue look at no token."""
    return {
        told["operationId"]: (method.upper(), _filled(path, told["operationId"]), told)
        for path, methods in json.loads(document())["paths"].items()
        for method, told in methods.items()
        if told.get("security")
    }


def _filled(path: str, name: str) -> str:
    given = examples()[name].get("parameters", {})
    return re.sub(r"\{(\w+)\}", lambda found: str(given[found[1]]), path)


def needs(told: dict) -> set[str]:
    (found,) = (set(way["token"]) for way in told["security"] if "token" in way)
    return found


def lacking(answer) -> set[str]:
    """What the answer says that the token lacks, for people and for programs."""
    told = answer.json() if answer.content else {}
    if "lacks" not in told:
        return set()
    assert problem(answer) == "not-allowed"
    assert told["detail"].endswith(f"It lacks: {', '.join(told['lacks'])}.")
    return set(told["lacks"])


@pytest.fixture(scope="module")
def known():
    return operations()


@pytest.fixture
def editor():
    return member("editor@example.com", is_staff=True, is_superuser=True)


def asked(editor, scopes, method, path):
    cache.clear()  # so that nobody is told to wait
    return Caller(token=token_of(editor, *scopes)).call(method, path)


@pytest.mark.whole
def test_a_token_needs_what_the_schema_says_and_is_told_all_that_it_lacks(known, editor):
    assert len(known) > 45
    for name, (method, path, told) in known.items():
        needed = needs(told)
        assert lacking(asked(editor, set(), method, path)) == needed, name
        for each in needed:
            assert lacking(asked(editor, ALL - {each}, method, path)) == {each}, name
        assert asked(editor, needed, method, path).status_code != 403, name


@pytest.mark.whole
def test_head_needs_what_get_needs(known, editor):
    for name, (method, path, told) in known.items():
        if method == "GET":
            answer = asked(editor, ALL - needs(told), "HEAD", path)
            assert (answer.status_code == 403) == bool(needs(told)), name


def test_words_name_the_same(known):
    for name, (_method, _path, told) in known.items():
        words = told["description"]
        if needed := needs(told):
            named = " and ".join(f"`{each}`" for each in sorted(needed))
            assert f"A token needs {named}." in words, name
        else:
            assert "Any token will do." in words, name


def test_the_manual_has_each_operation_under_what_it_needs(known):
    section = (ROOT / "docs/api.md").read_text().partition("## What a token needs")[2]
    lists = re.findall(r"^- (.+?): ((?:.|\n  )+)$", section, re.MULTILINE)
    said = {
        name: set(re.findall(r"`(\w+)`", head))
        for head, rest in lists
        for name in re.findall(r"`(\w+)`", rest)
    }
    assert said == {name: needs(told) for name, (_m, _p, told) in known.items()}


def test_the_guide_names_those_that_need_several(known, client):
    assert {name for name, (*_at, told) in known.items() if len(needs(told)) > 1} == SEVERAL
    page = client.get("/api/guide/").text
    for name in SEVERAL:
        assert f"“{name}”" in page


@pytest.mark.parametrize("way", ["change", "again"])
@pytest.mark.parametrize("scope", ["orders", "cart"])
def test_goods_of_an_order_go_into_the_cart_for_orders_and_cart_alone(way, scope):
    cup, ada = factories.variant(stock=9), member()
    order = placing.place((cup, 2), member=ada)
    at = f"orders/{order.number}/{way}/"
    program = Caller(token=token_of(ada, scope))
    assert lacking(program.post(at)) == {"orders", "cart"} - {scope}
    assert "lines" not in program.last.json()
    order.refresh_from_db()
    assert order.state == "awaiting"
    both = Caller(token=token_of(ada, "orders", "cart"))
    assert both.get("cart/").json()["count"] == 0
    assert both.post(at).status_code == 200
    assert both.get("cart/").json()["count"] == 2


def test_an_address_is_kept_at_the_checkout_for_account_alone(known):
    cup, post, ada = factories.variant(stock=9), factories.delivery(), member()
    program = Caller(token=token_of(ada, "cart"))
    program.add(cup)
    order = program.order(post)
    assert lacking(program.send(order | {"keep": True})) == {"account"}
    assert not Order.objects.exists() and not Address.objects.exists()
    cup.refresh_from_db()
    assert cup.stock == 9 and program.get("cart/").json()["count"] == 1
    assert program.send(order | {"keep": False}).status_code == 201
    assert not Address.objects.exists()
    program = Caller(token=token_of(ada, "cart", "account"))
    program.add(cup)
    assert program.place(post, keep=True).status_code == 201
    assert Address.objects.get().member == ada
    words = known["placeOrder"][2]["description"]
    assert "With `keep` a token needs `account` besides." in words


def test_who_somebody_is_is_told_for_account_alone():
    ada = member(name="Ada Byron")
    assert Caller(token=token_of(ada, "cart")).get("session/").json() == {
        "member": None,
        "scopes": ["cart"],
    }
    told = Caller(token=token_of(ada, "account")).get("session/").json()
    assert told["member"]["name"] == "Ada Byron"
    assert Caller(ada).get("session/").json()["member"]["email"] == ada.email
