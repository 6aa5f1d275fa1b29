"""What needs Django is imported late: it is set up after the conftest files are read."""

import secrets

import pytest

import workers
from races import meanwhile, unguarded

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


@pytest.fixture
def buy(racing_shop, at_paypal, variant, method):
    """Each call is another shopper at PayPal's page, in the guarded shop unless told."""
    import paying

    def buy(url=racing_shop.url):
        email = f"{secrets.token_hex(4)}@example.com"
        return paying.begin(url, at_paypal, variant, method=method, email=email)

    return buy


@pytest.fixture
def without(shop_server, paypal_env):
    """The address of a shop that lacks a guard."""
    return lambda guard: shop_server(1, 8, **unguarded(guard), **paypal_env).url


@pytest.fixture
def beside():
    with meanwhile() as begin:
        yield begin


@pytest.fixture(scope="module")
def beat(racing_env, data_dir):
    """A worker that looks each second at what production looks at each minute."""
    with workers.beating(data_dir, racing_env) as process:
        yield process
