"""Letters that were sent can be read by everybody, as they went out, and in a feed."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from lxml import etree

import factories
from campaigning import begun, block, campaign, of, readers, send
from campaigns.fan_out import fan_out
from campaigns.letter import letter
from campaigns.models import Campaign, Delivery
from dom import parse

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def cup():
    made = factories.variant(price=2400)
    factories.picture(made.product)
    return made


@pytest.fixture
def sent(cup):
    return a_letter(cup)


def a_letter(cup, **more):
    readers("ada")
    made = campaign(**more)
    block(made, text_en="Read [about us](/search/?q=cup).", text_zh="看[我們](/search/?q=cup)。")
    block(made, "products").products.set([cup.product])
    block(made, "button", text_en="To the cups", text_zh="看杯子", address="/search/")
    made.begin()
    send(made)
    made.refresh_from_db()
    assert made.state == Campaign.State.SENT
    return made


def read(address):
    return Client().get(address)


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_a_sent_letter_is_read_in_both_languages(sent, cup, to):
    listed = parse(read(f"{to}/newsletter/letters/").content.decode())
    [address] = listed.xpath("//main//li/a/@href")
    answer = read(address)
    said = answer.content.decode()
    assert answer.status_code == 200 and "public" in answer["Cache-Control"]
    assert (cup.product.name_zh if to else cup.product.name_en) in said
    assert "£24" in said and "letter.invalid" not in said
    assert parse(said).xpath("//article//img/@src")


def test_it_shows_the_price_at_which_it_was_sent(sent, cup):
    type(cup).objects.update(price=9900)
    for to in ("", "/zh-hant"):
        said = read(f"{to}/newsletter/letters/{sent.pk}/").content.decode()
        assert "£24" in said and "£99" not in said
    assert "£24" in letter(sent, "en").text


@pytest.mark.parametrize("state", ["sending", "paused", "cancelled"])
def test_one_that_went_to_some_is_read_by_its_address_alone(sent, state):
    """Whoever got it may press its link at once, and for ever."""
    Campaign.objects.filter(pk=sent.pk).update(state=state, ended_at=None)
    assert read(f"/newsletter/letters/{sent.pk}/").status_code == 200
    assert sent.subject_en not in read("/newsletter/letters/").content.decode()
    assert sent.subject_en not in read("/feed.xml").content.decode()


def is_there(made):
    return {read(f"{to}/newsletter/letters/{made.pk}/").status_code for to in ("", "/zh-hant")}


def test_one_that_was_cancelled_before_anybody_got_it_is_not_there(client):
    readers("ada", "grace")
    made = begun()
    fan_out(made.pk)
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    assert client.get(f"/admin/campaigns/campaign/{made.pk}/preview/en/").status_code == 200
    letter(made, "en")  # its first sender has begun
    assert is_there(made) == {404}
    made.cancel(None)
    assert is_there(made) == {404}


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_one_that_may_have_arrived_somewhere_is_read_by_its_address(state):
    readers("ada", "grace")
    made = begun()
    letter(made, "en")
    fan_out(made.pk)
    Delivery.objects.filter(pk=of("ada").pk).update(state=state)
    made.cancel(None)
    assert is_there(made) == {200}


@pytest.mark.parametrize(
    ("was", "status"),
    [({"state": "unknown"}, 200), ({"state": "failed", "reason": "refused"}, 404)],
    ids=["unknown", "refused"],
)
def test_what_an_editor_leaves_so_stays_readable_if_it_may_have_arrived(was, status):
    readers("ada")
    made = begun()
    letter(made, "en")
    fan_out(made.pk)
    made.deliveries.update(**was)
    assert made.deliveries.all().leave_so() == 1
    assert made.deliveries.undecided().count() == 0 and made.deliveries.get().state == "failed"
    made.cancel(None)
    assert is_there(made) == {status}


def test_a_draft_is_not_there():
    made = campaign()
    assert read(f"/newsletter/letters/{made.pk}/").status_code == 404
    assert made.subject_en not in read("/newsletter/letters/").content.decode()


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_feed_readers_find_the_feed(sent, to):
    for at in ("/", "/newsletter/letters/", f"/newsletter/letters/{sent.pk}/"):
        page = parse(read(to + at).content.decode())
        assert page.xpath("//link[@type='application/atom+xml']/@href") == [f"{to}/feed.xml"], at


@pytest.mark.parametrize("is_public", [True, False])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_letter_leads_to_its_page_if_everybody_may_read_it(cup, mailoutbox, language, is_public):
    [reader] = readers("lin", language=language)
    made = a_letter(cup, is_public=is_public)
    prefix = "" if language == "en" else "/zh-hant"
    address = f"http://127.0.0.1:8000{prefix}/newsletter/letters/{made.pk}/"
    [mail] = [each for each in mailoutbox if each.to == [reader.email]]
    assert (address in parse(str(mail.alternatives[0][0])).xpath("//a/@href")) == is_public
    assert (address in mail.body.splitlines()) == is_public
    assert "letter.invalid" not in mail.body + str(mail.alternatives[0][0])


def test_one_that_is_tried_out_leads_to_the_archive(cup):
    found = letter(campaign(), "en").tried("boss@example.com")
    assert "/newsletter/letters/\n" in found.body and "letter.invalid" not in found.body


def test_one_that_is_not_public_is_not_there(cup):
    private = a_letter(cup, is_public=False)
    assert read(f"/newsletter/letters/{private.pk}/").status_code == 404
    assert private.subject_en not in read("/feed.xml").content.decode()


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_the_feed_has_it_whole(sent, settings, to):
    settings.SITE_URL = "https://inkandleaf.example"
    answer = read(f"{to}/feed.xml")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    [entry] = feed.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == (
        sent.subject_zh if to else sent.subject_en
    )
    whole = entry.findtext("a:summary", namespaces=ATOM)
    addresses = re.findall(r'(?:href|src)="([^"]+)"', whole)
    assert len(addresses) > 3
    assert [each for each in addresses if not each.startswith("https://inkandleaf.example/")] == []
    assert (
        urlsplit(entry.find("a:link", ATOM).get("href")).path
        == f"{to}/newsletter/letters/{sent.pk}/"
    )


def test_every_link_of_a_letter_leads_somewhere(sent, settings):
    for language in ("en", "zh-hant"):
        found = letter(sent, language)
        html = found.html
        places = set(parse(html).xpath("//a/@href | //img/@src"))
        places |= set(re.findall(r"https?://[^\s()]+", found.text))
        ours = {each for each in places if "letter.invalid" not in each}
        assert len(ours) > 4
        for address in ours:
            assert address.startswith(settings.SITE_URL), address
            parts = urlsplit(address)
            answer = read(f"{parts.path}?{parts.query}")
            if "/static/" not in address:
                assert answer.status_code == 200, address


def test_the_page_that_asks_for_an_address_leads_to_the_letters(sent):
    page = parse(read("/newsletter/").content.decode())
    assert page.xpath("//main//a[@href='/newsletter/letters/']")


def test_the_preview_shows_a_draft_as_it_would_be_now(client, cup):
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    made = campaign()
    block(made, "products").products.set([cup.product])
    at = f"/admin/campaigns/campaign/{made.pk}/preview/"
    for language, name in (("en", cup.product.name_en), ("zh-hant", cup.product.name_zh)):
        page = parse(client.get(f"{at}{language}/").content.decode())
        assert name in page.xpath("//pre")[0].text_content()
        assert [each.get("width") for each in page.xpath("//iframe")] == ["320", "600"]
        document = client.get(page.xpath("//iframe/@src")[0])
        assert name in document.content.decode()
        assert "sandbox" in document["Content-Security-Policy"]
    assert made.editions.count() == 0
    assert Client().get(f"{at}en/").status_code == 302
    client.force_login(factories.user(is_staff=True))
    assert client.get(f"{at}en/").status_code == 403
