from catalog.models.category import Category
from catalog.models.picture import Picture
from catalog.models.product import Option, OptionValue, Product, TaxClass
from catalog.models.search import SearchEntry
from catalog.models.variant import Availability, Variant

__all__ = [
    "Availability",
    "Category",
    "Option",
    "OptionValue",
    "Picture",
    "Product",
    "SearchEntry",
    "TaxClass",
    "Variant",
]
