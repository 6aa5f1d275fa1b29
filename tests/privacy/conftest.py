from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import storages

# Helpers that know models are imported late: Django is not set up yet when this file is read.


@pytest.fixture
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Where this test's exports lie."""
    from uploads.storage import Whole

    options = settings.STORAGES["private"]["OPTIONS"] | {"location": tmp_path}
    monkeypatch.setitem(storages._storages, "private", Whole(**options))
    return tmp_path / "exports"


@pytest.fixture
def ada(db: None) -> Any:
    from visiting import member

    return member(name="Ada Byron")
