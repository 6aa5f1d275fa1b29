import pytest

import factories
from content.models import Home

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    picture = factories.picture()
    return Home.objects.create(sentence_en="Tea & ink", sentence_zh="茶與墨", picture=picture)


def test_it_opens_with_its_sentence_and_picture_in_each_language(client, home):
    english, chinese = client.get("/").text, client.get("/zh-hant/").text
    assert "<h1>Tea &amp; ink</h1>" in english
    assert "<h1>茶與墨</h1>" in chinese
    assert f'alt="{home.picture.alt_en}"' in english
    assert f'alt="{home.picture.alt_zh}"' in chinese


def test_it_opens_without_either(client):
    assert client.get("/").status_code == 200


def test_a_picture_that_was_deleted_leaves_the_sentence(client, home):
    home.picture.delete()
    assert "Tea &amp; ink" in client.get("/").text


def test_it_shows_what_is_featured_and_nothing_hidden(client):
    shown = factories.variant(factories.product(featured=True)).product
    plain = factories.variant(factories.product()).product
    hidden = factories.variant(factories.product(featured=True, active=False)).product
    page = client.get("/").text
    assert f'id="product-card-{shown.pk}"' in page
    for product in (plain, hidden):
        assert f'id="product-card-{product.pk}"' not in page


def test_there_is_one_home_page(client, home):
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    assert client.get("/admin/content/home/add/").status_code == 403
    assert client.get(f"/admin/content/home/{home.pk}/change/").status_code == 200
