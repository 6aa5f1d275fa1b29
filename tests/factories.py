"""Makes what a test sells. Each call makes a new row with a name of its own, ready to be bought."""

from collections.abc import Mapping
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from catalog.models import Category, Option, OptionValue, Picture, Product, TaxClass, Variant
from content.models import Page
from coupons.models import Coupon
from members.models import User
from orders.models import DeliveryMethod

numbers = count(1)

ADDRESS = {
    "country_code": "GB",
    "name": "Ada Byron",
    "street_address": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
}


def tax_class(rate: int = 2000) -> TaxClass:
    code = f"rate-{rate}"
    names = {"name_en": f"Rate {rate}", "name_zh": f"稅率 {rate}"}
    return TaxClass.objects.get_or_create(code=code, defaults=names | {"rate": rate})[0]


def category(parent: Category | None = None, **more: Any) -> Category:
    n = next(numbers)
    names = {"name_en": f"Category {n}", "name_zh": f"分類 {n}", "slug": f"category-{n}"}
    return Category.objects.create(parent=parent, **names | more)


def product(rate: int = 2000, **more: Any) -> Product:
    """A product without variants: the shop does not show it yet."""
    n = next(numbers)
    more.setdefault("category", None)
    more["category"] = more["category"] or category()
    words = {"name_en": f"Tea cup {n}", "name_zh": f"茶杯 {n}", "slug": f"tea-cup-{n}"}
    words |= {"text_en": f"A cup, number {n}.", "text_zh": f"杯子，第 {n} 號。"}
    return Product.objects.create(tax_class=tax_class(rate), **words | more)


def variant(
    of: Product | None = None,
    *,
    price: int = 2400,
    stock: int | None = 10,
    values: list[OptionValue] | tuple[()] = (),
    **more: Any,
) -> Variant:
    """A piece to buy; without `of`, of a product of its own."""
    made = Variant.objects.create(
        product=of or product(), price=price, stock=stock, **{"sku": f"CUP-{next(numbers)}"} | more
    )
    made.values.set(values)
    return made


def option(of: Product, code: str, *codes: str) -> list[OptionValue]:
    """An option of a product; returns its values."""
    made = Option.objects.create(
        product=of, code=code, name_en=code.title(), name_zh=f"選項{code}", position=next(numbers)
    )
    return [
        OptionValue.objects.create(
            option=made, code=each, name_en=each.title(), name_zh=f"值{each}", position=place
        )
        for place, each in enumerate(codes)
    ]


def photograph(width: int = 400, height: int = 300, kind: str = "JPEG", **save: Any) -> bytes:
    """The bytes of a real picture."""
    file = BytesIO()
    Image.new("RGB", (width, height), (40 + next(numbers) % 200, 90, 75)).save(file, kind, **save)
    return file.getvalue()


def picture(of: Product | None = None, values: Any = (), content: bytes = b"") -> Picture:
    n = next(numbers)
    made = Picture.objects.create(
        product=of,
        position=n,
        image=ContentFile(content or photograph(), name=f"cup-{n}.jpg"),
        alt_en=f"A cup {n}",
        alt_zh=f"杯子 {n}",
    )
    made.values.set(values)
    return made


def delivery(code: str = "", **more: Any) -> DeliveryMethod:
    n = next(numbers)
    plain = {"price": 495, "free_from": None, "countries": [], "tax_class": tax_class()}
    plain |= {"name_en": f"Post {n}", "name_zh": f"郵寄 {n}", "position": n}
    return DeliveryMethod.objects.create(code=code or f"post-{n}", **plain | more)


def coupon(code: str = "", *, off: int | str = "10%", covers: Any = (), **more: Any) -> Coupon:
    """A code for the order: `off="12.5%"` or minor units; `covers` are products or categories."""
    n = next(numbers)
    words = {"code": code or f"CODE-{n}", "name_en": f"Gift {n}", "name_zh": f"禮 {n}"}
    if isinstance(off, str):
        worth = {"percentage": round(float(off.rstrip("%")) * 100)}
    else:
        worth = {"amount": off}
    made = Coupon.objects.create(**words | worth | {"kind": "order"} | more)
    made.products.set([each for each in covers if isinstance(each, Product)])
    made.categories.set([each for each in covers if isinstance(each, Category)])
    return made


def user(email: str = "", **more: Any) -> User:
    return User.objects.create_user(email or f"reader-{next(numbers)}@example.com", **more)


def details(**more: str) -> Mapping[str, str]:
    """What a shopper types at the first step of the checkout."""
    return ADDRESS | {"email": "ada@example.com", "phone": ""} | more


def content_page(**more: Any) -> Page:
    n = next(numbers)
    words = {"slug": f"page-{n}", "title_en": f"Page {n}", "title_zh": f"頁面 {n}"}
    words |= {"text_en": f"Words of page {n}.", "text_zh": f"第 {n} 頁的字。"}
    return Page.objects.create(**words | more)
