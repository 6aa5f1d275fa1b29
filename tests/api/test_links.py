"""The schema's links lead from the shelf to a paid order, in a shop that runs.

A program that knows the schema alone asks as its examples do, puts in what a link says, and goes
on by whichever link comes to mind; at times it asks for nonsense.
"""

import json
from collections import Counter
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful.state_machine import APIStateMachine

from api.schema.document import document
from api.schema.hooks import examples
from api.schema.links import LINKS
from catalog.models import Variant
from conforming import CHECKS
from orders.models import Order
from paying import assert_books_agree, mails

pytestmark = [pytest.mark.whole, pytest.mark.timeout(300)]

WAY = ["listProducts", "readProduct", "addToCart", "quote", "placeOrder", "settle"]
# What ends or changes an unpaid order is left out: few would be left to pay.
OPERATIONS = [*WAY, "readOrder", "readPayment", "pay", "orderAgain", "askReturn"]
FEW = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Program(APIStateMachine):
    """One guest after the other. `went` counts by which link it came well to which operation."""

    recorder: Any
    paypal: Any
    went: Counter[tuple[str, str]]
    guests = 0

    def setup(self) -> None:
        type(self).guests += 1
        self.guest = requests.Session()
        self.guest.trust_env = False
        address = f"192.0.2.{self.guests}"  # what one client may ask is limited
        self.headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": address}

    def teardown(self) -> None:
        self.guest.close()

    def step(self, input: Any) -> Any:
        if input.case.meta.generation.mode is GenerationMode.POSITIVE:
            self.as_documented(input.case, input.applied_parameters)
        output = super().step(input)
        if input.is_applied and input.transition and output.response.status_code < 300:
            came_from = self.recorder.cases[input.transition.parent_id].value
            self.went[name_of(came_from), name_of(input.case)] += 1
        return output

    def as_documented(self, case: Any, linked: Any) -> None:
        """The example, with what the link gives in place of its own."""
        case.query = {}
        if example := examples()[name_of(case)].get("request"):
            given = {name for where, name in linked if where is ParameterLocation.BODY}
            case.body = example | {name: case.body[name] for name in given}
            if "email" in case.body:  # unpaid orders of one person are capped
                case.body["email"] = f"reader-{self.guests}@example.com"

    def get_call_kwargs(self, case: Any) -> dict[str, Any]:
        return {"session": self.guest, "headers": self.headers}

    def validate_response(self, response: Any, case: Any, *_more: Any, **_told: Any) -> None:
        case.validate_response(response, checks=CHECKS)

    def after_call(self, response: Any, case: Any) -> None:
        """Where a payment waits to be approved, it is."""
        super().after_call(response, case)
        payment = response.json().get("payment") if response.status_code == 201 else None
        if payment and payment["approve_url"]:
            self.paypal.choose(payment["approve_url"].rpartition("=")[2])


def name_of(case: Any) -> str:
    return case.operation.definition.raw["operationId"]


@pytest.fixture
def shop(shop_server, paypal_env, demo):
    """Behind a proxy, so that each guest comes from an address of their own; none buys it empty."""
    Variant.objects.filter(stock__gt=0).update(stock=1_000_000)
    return shop_server(TRUSTED_PROXIES="127.0.0.1", **paypal_env)


def alone(schema: Any) -> Any:
    """With no link but its own: what it says is enough."""
    schema.config.phases.stateful.inference.algorithms = []
    return schema


def test_links_lead_from_the_shelf_to_a_paid_order(shop, at_paypal):
    schema = alone(schemathesis.openapi.from_url(f"{shop.url}/api/schema/"))
    machine = schema.include(operation_id=OPERATIONS).as_state_machine()
    went: Counter[tuple[str, str]] = Counter()
    told = {"paypal": at_paypal, "went": went}
    seed(1)(type("Buying", (Program, machine), told)).run(settings=FEW)
    for step in zip(WAY, WAY[1:], strict=False):
        assert went[step], f"{step}: {went}"
    paid = Order.objects.filter(state="paid")
    assert len(mails("paid")) == len(paid) > 0
    assert_books_agree(at_paypal)


def test_every_link_fits_the_operation_that_it_leads_to():
    """Building the machine looks each of them up, with the parameters it names."""
    schema = alone(schemathesis.openapi.from_dict(json.loads(document())))
    assert schema.as_state_machine()
    assert schema.statistic.transitions.total == sum(map(len, LINKS.values()))
