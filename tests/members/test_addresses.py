"""The addresses that a member keeps, in the account and at the checkout."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import translation

import factories
from dom import HTMX, form, parse
from members import personal
from members.address_forms import AddressForm
from members.models import Address
from races import at_once
from shopping import Shopper, leads_to
from visiting import EMAIL, member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LONDON = dict(factories.ADDRESS)
TAIPEI = {
    "country_code": "TW",
    "name": "王小明",
    "street_address": "永康街30巷12號",
    "city": "大安區",
    "country_area": "台北市",
    "postal_code": "106",
}


@pytest.fixture
def ada(visitor):
    """A member who is signed in."""
    visitor.user = member()
    visitor.client.force_login(visitor.user)
    return visitor


def keep(user, postal=LONDON, **more):
    return Address.objects.keep(user, dict(postal), **more)


def default(user):
    return Address.objects.get(member=user, default=True)


class TestKeeping:
    def test_the_first_is_the_default_and_another_becomes_it(self):
        user = factories.user()
        home, away = keep(user, label="Home"), keep(user, TAIPEI)
        assert default(user) == home
        away.make_default()
        assert default(user) == away
        assert user.default_address == away

    def test_the_same_one_is_kept_once(self):
        user = factories.user()
        assert keep(user) == keep(user, label="Again")
        assert Address.objects.count() == 1

    def test_what_is_told_anew_of_one_that_is_kept_is_changed(self):
        user = factories.user()
        home, away = keep(user, label="Home", phone="1"), keep(user, TAIPEI)
        keep(user, TAIPEI, label="Family", phone="", default=True)
        keep(user, TAIPEI, phone="02 1234")
        away.refresh_from_db()
        assert (away.label, away.phone) == ("Family", "02 1234")
        assert default(user) == away
        home.refresh_from_db()
        assert (home.label, home.phone, Address.objects.count()) == ("Home", "1", 2)

    def test_it_is_called_as_its_readers_write(self):
        with translation.override("zh-hant"):
            assert str(Address(postal=TAIPEI)) == "王小明、永康街30巷12號"

    def test_once_the_default_is_deleted_another_takes_its_place(self):
        user = factories.user()
        home, away = keep(user), keep(user, TAIPEI)
        for _ in range(2):
            home.remove()
        assert default(user) == away
        away.remove()
        assert user.default_address is None

    def test_each_member_has_a_default(self):
        one, other = factories.user(), factories.user()
        keep(one)
        keep(other)
        keep(other, TAIPEI, default=True)
        assert default(one).postal == LONDON
        assert default(other).postal == TAIPEI

    def test_the_database_refuses_a_second_default(self):
        user = factories.user()
        keep(user)
        with pytest.raises(IntegrityError), transaction.atomic():
            Address.objects.create(member=user, postal=TAIPEI, default=True)

    @pytest.mark.postgres
    def test_of_many_made_the_default_at_once_one_is(self, transactional_db):
        user = factories.user()
        kept = [keep(user, LONDON | {"name": f"Ada {n}"}) for n in range(8)]

        def run(address):
            try:
                address.make_default()
            finally:
                connection.close()

        at_once([lambda a=a: run(a) for a in kept * 2])
        assert Address.objects.filter(default=True).count() == 1

    @pytest.mark.postgres
    def test_one_that_is_kept_by_many_at_once_is_kept_once(self, transactional_db):
        user = factories.user()

        def run():
            try:
                return keep(user).pk
            finally:
                connection.close()

        assert len(set(at_once([run] * 8))) == 1


class TestPages:
    def test_one_is_added_changed_and_deleted_by_plain_forms(self, ada):
        answer = ada.send("addresses/add/", **LONDON, label="Home")
        assert answer.request["PATH_INFO"] == ada.at("addresses/")
        home = Address.objects.get()
        assert (home.label, home.default, home.postal["name"]) == ("Home", True, "Ada Byron")
        assert "Home" in answer.text and "SW1Y 4JH" in answer.text
        ada.send(f"addresses/{home.pk}/", label="Work", postal_code="sw1y 4jh")
        home.refresh_from_db()
        assert (home.label, home.default, home.postal["postal_code"]) == ("Work", True, "SW1Y 4JH")
        asked = ada.get(f"addresses/{home.pk}/delete/")
        assert "12 St James" in asked.text and Address.objects.exists()
        answer = ada.fill(asked)
        assert answer.request["PATH_INFO"] == ada.at("addresses/")
        assert not Address.objects.exists()

    def test_another_country_asks_for_its_own_fields_without_javascript(self, ada):
        typed = {"label": "Family", "country_code": "TW", "show-fields": "1"}
        page = ada.client.post(ada.at("addresses/add/"), typed)
        assert page.status_code == 200
        assert 'name="country_area"' in page.text and 'value="Family"' in page.text
        ada.post("addresses/add/", **TAIPEI)
        assert Address.objects.get().postal["country_area"] == "台北市"

    def test_the_same_one_added_again_is_changed_as_it_is_told(self, ada):
        keep(ada.user, TAIPEI)
        ada.send("addresses/add/", **LONDON)
        ada.send("addresses/add/", **LONDON, label="Work", phone="020 1", default="on")
        work = default(ada.user)
        assert (work.label, work.phone, Address.objects.count()) == ("Work", "020 1", 2)

    def test_of_the_default_it_is_not_asked_whether_it_is(self, ada):
        home, away = keep(ada.user), keep(ada.user, TAIPEI)
        for address, fields in ((home, []), (away, ["default"])):
            page = parse(ada.get(f"addresses/{address.pk}/").text)
            assert page.xpath("//main//input[@type='checkbox']/@name") == fields
        ada.post(f"addresses/{home.pk}/", **LONDON, label="Home")
        assert default(ada.user).label == "Home"

    def test_one_that_is_deleted_while_it_is_changed_is_not_there(self, ada, monkeypatch):
        home, is_valid = keep(ada.user), AddressForm.is_valid

        def late(form):
            Address.objects.all().delete()
            return is_valid(form)

        monkeypatch.setattr(AddressForm, "is_valid", late)
        assert ada.post(f"addresses/{home.pk}/", **LONDON, label="Home").status_code == 404
        assert not Address.objects.exists()

    @pytest.mark.parametrize("field", ["label", "name", "city", "phone"])
    def test_what_stands_on_one_line_is_one(self, ada, field):
        told = LONDON | {field: "Ada\nByron"}
        answer = ada.post("addresses/add/", **told)
        assert answer.status_code == 422
        assert parse(answer.text).xpath("//*[@id=$id]/@aria-invalid", id=f"id_{field}") == ["true"]
        assert not Address.objects.exists()

    def test_letters_that_turn_others_around_are_left_out(self, ada):
        turned = {"name": "Ada\u202enoryB", "street_address": "\u20661 High Street\r\nFlat 2"}
        ada.post(
            "addresses/add/", **LONDON | turned, label="\u202eemoH", phone="\u202a+44 20\u202c"
        )
        kept = Address.objects.get()
        assert (kept.label, kept.phone, kept.postal["name"]) == ("emoH", "+44 20", "AdanoryB")
        assert kept.postal["street_address"] == "1 High Street\nFlat 2"

    def test_each_is_a_heading_and_lines_as_on_an_envelope(self, ada):
        keep(ada.user, label="Home")
        keep(ada.user, TAIPEI)
        page = parse(ada.get("addresses/").text)
        items = page.xpath("//ul[@class='account-list']/li")
        assert [len(item.xpath("./h2")) for item in items] == [1, 1]
        assert [len(item.xpath("./p[1]/br")) for item in items] == [4, 4]
        assert ", " not in items[0].xpath("string(./p[1])")
        asked = parse(ada.get(f"addresses/{Address.objects.latest('pk').pk}/delete/").text)
        assert len(asked.xpath("//main//p/br")) == 4

    def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(self, ada):
        answer = ada.post("addresses/add/", country_code="GB", name="", city="Leeds", label="Home")
        assert answer.status_code == 422
        page = parse(answer.text)
        links = page.xpath("//*[@role='alert']//a/@href")
        assert "#id_name" in links and "#id_street_address" in links
        for link in links:
            assert page.xpath("//*[@id=$id]/@aria-invalid", id=link[1:]) == ["true"]
        assert 'value="Leeds"' in answer.text and 'value="Home"' in answer.text
        assert not Address.objects.exists()

    def test_the_default_is_chosen_with_one_button(self, ada):
        home, away = keep(ada.user), keep(ada.user, TAIPEI)
        page = parse(ada.get("addresses/").text)
        button = form(page, f"/{away.pk}/default/")
        assert ada.client.post(button.action, button.fields).status_code == 303
        assert default(ada.user) == away
        ada.post(f"addresses/{home.pk}/", **LONDON, default="on")
        assert default(ada.user) == home

    @pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
    @pytest.mark.parametrize("page", ["", "delete/", "default/"])
    def test_those_of_others_are_not_there(self, ada, page, headers):
        theirs = keep(factories.user(), label="Secret place")
        before = list(Address.objects.values())
        address = ada.at(f"addresses/{theirs.pk}/{page}")
        for method in (ada.client.get, ada.client.post):
            answer = method(address, LONDON, headers=headers)
            assert answer.status_code == 404
            assert "Secret place" not in answer.text
        assert "Secret place" not in ada.get("addresses/").text
        assert list(Address.objects.values()) == before

    @pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
    def test_who_is_not_signed_in_is_asked_to(self, db, to, headers):
        theirs = keep(factories.user())
        for path in ("", "add/", f"{theirs.pk}/", f"{theirs.pk}/delete/"):
            address = f"{to}/account/addresses/{path}"
            for method in (Client().get, Client().post):
                answer = method(address, headers=headers)
                assert answer.status_code == 302
                assert answer.headers["Location"] == f"{to}/account/login/?next={address}"
        assert Address.objects.count() == 1

    def test_the_list_costs_the_same_however_many_there_are(
        self, ada, django_assert_max_num_queries
    ):
        for n in range(6):
            keep(ada.user, LONDON | {"name": f"Ada {n}"})
        with django_assert_max_num_queries(8):
            ada.get("addresses/")


class TestCheckout:
    @pytest.fixture
    def shopper(self, ada):
        factories.delivery(code="post")
        shopper = Shopper(ada.client, ada.prefix)
        shopper.add(factories.variant())
        return shopper

    def fields(self, shopper, more=""):
        page = parse(shopper.get(f"/checkout/{more}").text)
        found = form(page, "/checkout/").fields
        return {name: words.strip() for name, words in found.items()}

    def test_the_default_fills_the_form_in(self, ada, shopper):
        keep(ada.user, TAIPEI, phone="02 1234")
        found = self.fields(shopper)
        assert {key: found[key] for key in TAIPEI} == TAIPEI
        assert (found["email"], found["phone"]) == (EMAIL, "02 1234")

    def test_another_is_chosen_by_a_link(self, ada, shopper):
        keep(ada.user)
        away = keep(ada.user, TAIPEI, label="Family")
        page = parse(shopper.get("/checkout/").text)
        links = page.xpath("//*[@id='address-kept']//a")
        assert [link.text_content() for link in links][1] == "Family"
        assert [link.get("aria-current") for link in links] == ["true", None, None]
        assert self.fields(shopper, f"?address={away.pk}")["street_address"] == "永康街30巷12號"
        assert self.fields(shopper, "?address=new")["street_address"] == ""

    @pytest.mark.parametrize("asked", ["x", "-1", "9" * 40, "", "٣"])
    def test_one_that_is_not_there_and_one_of_others_change_nothing(self, ada, shopper, asked):
        keep(ada.user)
        theirs = keep(factories.user(), TAIPEI)
        for given in (asked, theirs.pk):
            assert self.fields(shopper, f"?address={given}")["city"] == "London"

    def test_what_was_told_in_this_order_comes_before_the_default(self, ada, shopper):
        keep(ada.user, TAIPEI)
        shopper.tell()
        assert self.fields(shopper)["city"] == "LONDON"

    def test_a_new_one_is_kept_if_the_member_says_so(self, ada, shopper):
        shopper.tell()
        assert not Address.objects.exists()
        for _ in range(2):
            assert leads_to(shopper.tell(keep="on")) == f"{ada.prefix}/checkout/delivery/"
        kept = Address.objects.get()
        assert (kept.member, kept.default, kept.postal["name"]) == (ada.user, True, "Ada Byron")

    def test_a_guest_is_not_asked_and_keeps_nothing(self, db, to):
        shopper = Shopper(Client(), to)
        shopper.add(factories.variant())
        factories.delivery()
        assert 'name="keep"' not in shopper.get("/checkout/").text
        shopper.tell(keep="on")
        assert not Address.objects.exists()

    def test_the_name_of_the_account_is_there_before_an_address_is(self, ada, shopper):
        ada.user.name = "Ada Byron"
        ada.user.save()
        assert self.fields(shopper)["name"] == "Ada Byron"


class TestPersonal:
    def test_they_are_in_the_persons_export_and_gone_once_it_is_erased(self):
        user, other = factories.user(), factories.user()
        keep(user, label="Home")
        keep(other)
        [row] = personal.held(user, {user.email})["addresses"]
        assert (row["label"], row["postal"]["name"]) == ("Home", "Ada Byron")
        assert personal.held(None, {user.email}) == {}
        personal.erase(None, {user.email})
        personal.erase(user, {user.email})
        assert Address.objects.get().member == other
