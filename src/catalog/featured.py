from catalog.models import Product

MOST = 8


def featured() -> list[Product]:
    """The products on the home page, ready for their cards."""
    return list(Product.objects.shown().filter(featured=True).for_cards()[:MOST])
