from django.db import models


class SearchEntry(models.Model):
    """What a product is found by: normalised words of both languages, each after a space."""

    product = models.OneToOneField(
        "catalog.Product", models.CASCADE, primary_key=True, related_name="search_entry"
    )
    name = models.TextField()
    about = models.TextField()  # category, choices, SKUs
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.product)
