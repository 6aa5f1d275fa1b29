import pytest

import services


@pytest.fixture
def shop(standing_shop: services.Shop, transactional_db: None, demo: None) -> services.Shop:
    """The demo shop, as it is every morning."""
    return standing_shop


@pytest.fixture
def to(javascript: bool) -> str:
    """The language's prefix: English as parts of pages are swapped, Chinese as pages follow pages.

    A journey so goes both ways and in both languages. Whole purchases, and one journey of each
    part, go all four: they name the language themselves.
    """
    return "" if javascript else "/zh-hant"
