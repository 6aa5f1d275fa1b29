import pytest
from django.core.cache import cache

import services


@pytest.fixture
def shop(standing_shop: services.Shop, transactional_db: None, demo: None) -> services.Shop:
    """The demo shop behind a real server."""
    return standing_shop


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()  # what others tried too often
