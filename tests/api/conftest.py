import pytest

import services


@pytest.fixture
def shop(standing_shop: services.Shop, transactional_db: None, demo: None) -> services.Shop:
    """The demo shop behind a real server."""
    return standing_shop
