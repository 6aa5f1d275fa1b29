from typing import Any

import pytest

# Helpers that know models are imported late: Django is not set up yet when this file is read.


@pytest.fixture(params=["", "/zh-hant"], ids=["en", "zh-hant"])
def to(request: pytest.FixtureRequest) -> str:
    """The prefix of each of the shop's languages."""
    return request.param


@pytest.fixture
def visitor(db: None, to: str) -> Any:
    """Somebody who has not signed in."""
    from visiting import Visitor

    return Visitor(to)
