import pytest


@pytest.fixture
def add(client):
    """Put a variant into the visitor's cart, as the product page's form does."""

    def post(variant, quantity=1, **more):
        fields = {"variant": getattr(variant, "pk", variant), "quantity": quantity}
        return client.post("/cart/add/", fields | more)

    return post


@pytest.fixture
def cart(client):
    """What the visitor's session holds."""

    def read():
        return dict(client.session).get("cart", {})

    return read
