import pytest

import services


@pytest.fixture
def shop(standing_shop: services.Shop, transactional_db: None, demo: None) -> services.Shop:
    """The demo shop, as it is every morning."""
    return standing_shop
