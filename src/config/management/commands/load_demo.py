"""Fills an empty shop with the demo catalogue. A shop that has products is left as it is."""

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand
from django.db import transaction

from catalog import search
from catalog.models import Category, Option, OptionValue, Picture, Product, TaxClass, Variant
from config.env import ROOT
from content.models import Home, Page
from coupons.models import Coupon
from members.models import User
from newsletter.models import Topic, WelcomeOffer
from orders.models import Carrier, DeliveryMethod

DEMO = ROOT / "ops" / "demo"
EDITOR = "editor@inkandleaf.example"


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.make_editor()
        if not Product.objects.exists():
            Loader(read()).load()
        waiting = Picture.objects.filter(digest="")
        for number, picture in enumerate(waiting, start=1):
            self.stdout.write(f"\rPictures {number} of {len(waiting)} ", ending="")
            self.stdout.flush()
            picture.render()
        if waiting:
            self.stdout.write("")

    def make_editor(self) -> None:
        """An account for the admin, with a password of this instance's own."""
        if User.objects.filter(email=EDITOR).exists():
            return
        password = secrets.token_urlsafe(9)
        User.objects.create_superuser(EDITOR, password, name="Editor")
        file = Path(settings.DATA_DIR) / "editor.txt"
        file.touch(mode=0o600)
        file.write_text(f"{EDITOR}\n{password}\n")


def read() -> dict[str, Any]:
    """What `Loader` takes: the shop, its pages, each top category's products from their file."""
    data = json.loads((DEMO / "shop.json").read_text())
    tops = [entry["slug"] for entry in data["categories"] if not entry["parent"]]
    files = [DEMO / "products" / f"{slug}.json" for slug in tops]
    products = [each for file in files for each in json.loads(file.read_text())]
    pages = json.loads((DEMO / "pages.json").read_text())
    return data | {"products": products, "pages": pages}


class Loader:
    """The JSON names languages `en` and `zh-hant`; amounts are minor units, weights grams."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.tax: dict[str, TaxClass] = {}
        self.categories: dict[str, Category] = {}

    @transaction.atomic
    def load(self) -> None:
        for entry in self.data["tax_classes"]:
            self.tax[entry["code"]] = TaxClass.objects.create(
                code=entry["code"], rate=entry["rate_bp"], **both("name", entry)
            )
        for position, entry in enumerate(self.data["delivery_methods"]):
            self.delivery(position, entry)
        Carrier.objects.bulk_create(Carrier(**entry) for entry in self.data["carriers"])
        for position, entry in enumerate(self.data["categories"]):
            self.category(position, entry)
        for entry in self.data["coupons"]:
            self.coupon(entry)
        for position, entry in enumerate(self.data["products"]):
            self.product(position, entry)
        search.index(Product.objects.all())
        for position, entry in enumerate(self.data["pages"]):
            texts = both("title", entry) | both("text", entry)
            Page.objects.create(slug=entry["slug"], position=position, **texts)
        for position, entry in enumerate(self.data["topics"]):
            Topic.objects.create(position=position, **both("name", entry))
        welcome = self.data["welcome_code"]
        plain = {key: welcome[key] for key in ("percentage", "days")}
        WelcomeOffer.objects.create(**plain, **both("name", welcome))
        home = self.data["home"]
        Home.objects.create(picture=picture(home["picture"]), **both("sentence", home))

    def delivery(self, position: int, entry: dict[str, Any]) -> None:
        plain = {key: entry[key] for key in ("code", "price", "free_from", "countries")}
        DeliveryMethod.objects.create(
            position=position,
            tax_class=self.tax[entry["tax"]],
            **plain,
            **both("name", entry),
            **both("text", entry),
        )

    def category(self, position: int, entry: dict[str, Any]) -> None:
        self.categories[entry["slug"]] = Category.objects.create(
            slug=entry["slug"],
            position=position,
            parent=self.categories.get(entry["parent"]),
            picture=picture(entry["picture"]) if entry["picture"] else None,
            **both("name", entry),
            **both("text", entry),
        )

    def coupon(self, entry: dict[str, Any]) -> None:
        keys = ("code", "kind", "percentage", "amount", "minimum", "limit_per_person")
        plain = {key: entry[key] for key in keys}
        made = Coupon.objects.create(**plain, **both("name", entry))
        made.categories.set([self.categories[slug] for slug in entry["categories"]])

    def product(self, position: int, entry: dict[str, Any]) -> None:
        texts = both("name", entry) | both("text", entry)
        product = Product.objects.create(
            slug=entry["slug"],
            position=position,
            category=self.categories[entry["category"]],
            tax_class=self.tax[entry["tax"]],
            featured=entry["featured"],
            **texts,
            **both("care", entry),
            **both("origin", entry),
        )
        values = self.values(product, entry["options"])
        for place, each in enumerate(entry["variants"]):
            plain = {key: each[key] for key in ("sku", "price", "compare_at", "stock")}
            variant = Variant.objects.create(
                product=product, position=place, weight=each["weight_g"], **plain
            )
            variant.values.set([values[pair] for pair in each["values"].items()])
        for place, each in enumerate(entry["pictures"]):
            shown = picture(each, product=product, position=place)
            shown.values.set([values[pair] for pair in each["values"].items()])

    def values(
        self, product: Product, options: list[dict[str, Any]]
    ) -> dict[tuple[str, str], OptionValue]:
        """Every choice of the product by (option's code, value's code)."""
        found = {}
        for position, entry in enumerate(options):
            option = Option.objects.create(
                product=product, code=entry["code"], position=position, **both("name", entry)
            )
            for place, value in enumerate(entry["values"]):
                found[entry["code"], value["code"]] = OptionValue.objects.create(
                    option=option, code=value["code"], position=place, **both("name", value)
                )
        return found


def both(field: str, entry: dict[str, Any]) -> dict[str, str]:
    return {f"{field}_en": entry[field]["en"], f"{field}_zh": entry[field]["zh-hant"]}


def picture(entry: dict[str, Any], **more: Any) -> Picture:
    with (DEMO / "photos" / entry["file"]).open("rb") as file:
        return Picture.objects.create(
            image=File(file, name=entry["file"]), **both("alt", entry), **more
        )
