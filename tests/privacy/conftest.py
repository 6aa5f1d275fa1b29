from typing import Any

import pytest

# Helpers that know models are imported late: Django is not set up yet when this file is read.


@pytest.fixture
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Where this test's exports lie."""
    from privacy import making, models

    for module in (making, models):
        monkeypatch.setattr(module, "FOLDER", tmp_path / "exports")
    return tmp_path / "exports"


@pytest.fixture
def ada(db: None) -> Any:
    from visiting import member

    return member(name="Ada Byron")
