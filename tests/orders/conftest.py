"""What needs Django is imported late: it is set up after the conftest files are read."""

import pytest

pytest.register_assert_rewrite("machine")  # its assertions say what they compared


@pytest.fixture
def place(db):
    import placing

    return placing.place


@pytest.fixture
def cart_of(db):
    import placing

    return placing.cart_of


@pytest.fixture
def overdue(db):
    import placing

    return placing.lapse


@pytest.fixture
def bank(monkeypatch):
    """A provider of payments that can be told what to answer."""
    import placing
    from payments import PROVIDERS

    bank = placing.Bank()
    monkeypatch.setitem(PROVIDERS, bank.code, bank)
    return bank
