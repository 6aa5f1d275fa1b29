import time

from django.apps import AppConfig


def take(self, pk, quantity):
    variant = self.get(pk=pk, active=True)
    if variant.stock is not None and variant.stock < quantity:
        return False
    time.sleep(0.2)  # as a busy database would
    if variant.stock is not None:
        self.filter(pk=pk).update(stock=variant.stock - quantity)
    return True


class Stock(AppConfig):
    name = "unguarded.stock"
    label = "unguarded_stock"

    def ready(self):
        from catalog.models.variant import VariantQuerySet

        VariantQuerySet.take = take
