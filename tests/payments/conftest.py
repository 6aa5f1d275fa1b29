import pytest


@pytest.fixture
def attempt(db, adapter):
    """Asked for at PayPal, and not yet approved."""
    import placing
    from factories import variant
    from orders import flows

    attempt = placing.place((variant(price=1999), 3), provider="paypal").attempts.get()
    flows.start(attempt.pk)
    attempt.refresh_from_db()
    return attempt
