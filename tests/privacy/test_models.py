"""No table is forgotten: each is looked after by an app's `personal`, or holds nobody."""

import pytest
from django.apps import apps
from django.db import models

from members.models import User
from orders.flows.persons import personal

# What holds nobody, and why.
IMPERSONAL = {
    "auth.Group": "names of roles",
    "auth.Permission": "names of rights",
    "contenttypes.ContentType": "names of tables",
    "campaigns.Block": "what editors write for everybody",
    "campaigns.Campaign": "what editors write for everybody",
    "campaigns.Edition": "what editors write for everybody",
    "campaigns.Pace": "how quickly letters go",
    "campaigns.Seat": "which of the shop's own processes sends a campaign",
    "catalog.*": "what the shop sells",
    "content.Home": "what editors write for everybody",
    "content.Page": "what editors write for everybody",
    "newsletter.Topic": "what letters are about",
    "newsletter.WelcomeOffer": "what every new subscriber gets",
    "orders.Carrier": "companies that carry parcels",
    "orders.DeliveryMethod": "ways to send, and their prices",
    "orders.InvoiceYear": "a counter",
    "orders.WebhookEvent": "ids at the provider, no payer",
}
LEADS = {"campaigns.Block.address"}  # where a button leads
TELLING = {"address", "email", "ip", "note", "person", "phone", "to", "user_agent", "why"}


def looked_after():
    return {model for module in personal().values() for model in module.MODELS}


def label(model):
    return model._meta.label


def is_impersonal(model):
    return label(model) in IMPERSONAL or f"{model._meta.app_label}.*" in IMPERSONAL


def telling(model):
    """The fields that could only be a person's."""
    return [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.EmailField | models.GenericIPAddressField)
        or (field.name in TELLING and f"{label(model)}.{field.name}" not in LEADS)
        or (field.many_to_one and field.related_model is User)
    ]


def test_every_model_is_looked_after_or_holds_nobody():
    everything = set(apps.get_models())
    forgotten = [label(each) for each in everything - looked_after() if not is_impersonal(each)]
    assert forgotten == []
    assert [label(each) for each in looked_after() if is_impersonal(each)] == []


def test_no_model_that_names_a_person_is_called_impersonal():
    assert {label(each): telling(each) for each in apps.get_models() if is_impersonal(each)} == {
        label(each): [] for each in apps.get_models() if is_impersonal(each)
    }


def test_the_list_of_the_impersonal_names_nothing_that_is_gone():
    known = {label(each) for each in apps.get_models()}
    known |= {f"{each._meta.app_label}.*" for each in apps.get_models()}
    assert set(IMPERSONAL) <= known


@pytest.mark.parametrize("model", ["members.User", "orders.Order", "outbox.Message"])
def test_the_look_for_telling_fields_finds_them(model):
    assert telling(apps.get_model(model))


def test_every_app_that_holds_a_person_can_show_and_erase_them(db):
    for name, module in personal().items():
        tables = module.held(None, {"nobody@example.com"})
        assert all(rows == [] for rows in tables.values()), name
        module.erase(None, {"nobody@example.com"})
        assert module.__doc__, name
