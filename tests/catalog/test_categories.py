import pytest

import factories
from catalog.models import Category

pytestmark = pytest.mark.django_db


@pytest.fixture
def branches():
    """tea > (cups > celadon, pots), and ink beside it."""
    tea, ink = factories.category(position=2), factories.category(position=1)
    pots = factories.category(tea, position=2)
    cups = factories.category(tea, position=1)
    celadon = factories.category(cups)
    return {"tea": tea, "ink": ink, "cups": cups, "pots": pots, "celadon": celadon}


def test_the_tree_has_every_category_in_its_place(branches, django_assert_num_queries):
    with django_assert_num_queries(1):
        ink, tea = Category.objects.tree()
    assert (ink, tea) == (branches["ink"], branches["tea"])
    assert ink.branches == []
    assert tea.branches == [branches["cups"], branches["pots"]]
    assert tea.branches[0].branches == [branches["celadon"]]


def test_the_ids_below_are_its_own_and_all_under_it(branches, django_assert_num_queries):
    below = {name: set() for name in branches}
    for name, category in branches.items():
        with django_assert_num_queries(1):
            found = category.ids_below()
        assert len(found) == len(set(found))
        below[name] = {each for each in branches if branches[each].pk in found}
    assert below == {
        "tea": {"tea", "cups", "pots", "celadon"},
        "cups": {"cups", "celadon"},
        "pots": {"pots"},
        "celadon": {"celadon"},
        "ink": {"ink"},
    }


def test_the_path_leads_from_the_top(branches):
    path = branches["celadon"].path()
    assert path == [branches["tea"], branches["cups"], branches["celadon"]]


def test_a_circle_of_categories_hangs_nothing(branches, client):
    Category.objects.filter(pk=branches["tea"].pk).update(parent=branches["celadon"])
    celadon = Category.objects.get(pk=branches["celadon"].pk)
    assert len(celadon.ids_below()) == 4
    assert celadon.path()[-1] == celadon
    assert client.get(celadon.get_absolute_url()).status_code == 200


def test_a_category_shows_what_is_in_it_and_below_and_nothing_else(client, branches):
    here = factories.variant(factories.product(category=branches["cups"])).product
    below = factories.variant(factories.product(category=branches["celadon"])).product
    above = factories.variant(factories.product(category=branches["tea"])).product
    hidden = factories.variant(factories.product(category=branches["cups"], active=False)).product
    unsold = factories.variant(factories.product(category=branches["cups"]), active=False).product
    bare = factories.product(category=branches["cups"])
    page = client.get(branches["cups"].get_absolute_url()).text
    for product in (here, below):
        assert product.name_en in page
    for product in (above, hidden, unsold, bare):
        assert f'id="product-card-{product.pk}"' not in page


def test_an_empty_category_says_so(client):
    page = client.get(factories.category().get_absolute_url())
    assert page.status_code == 200
    assert "Nothing here at the moment." in page.text


@pytest.mark.parametrize("address", ["/c/nowhere/", "/zh-hant/c/nowhere/", "/p/nothing/"])
def test_what_is_not_there_is_404(client, address):
    assert client.get(address).status_code == 404


def test_each_language_has_its_own_names(client, branches):
    product = factories.variant(factories.product(category=branches["ink"])).product
    english = client.get(f"/c/{branches['ink'].slug}/").text
    chinese = client.get(f"/zh-hant/c/{branches['ink'].slug}/").text
    assert f">{product.name_en}</a></h3>" in english
    assert f'<p class="other-name" lang="zh-hant">{product.name_zh}</p>' in english
    assert f">{product.name_zh}</a></h3>" in chinese
    assert f'<p class="other-name" lang="en">{product.name_en}</p>' in chinese
    assert f">{branches['ink'].name_zh}</h1>" in chinese
