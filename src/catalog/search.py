"""Finding products by words, in both languages, alike on every database.

Words are taken apart here, not by the database: its word breakers differ from each other and know
no Han. What is left for it is to match the beginnings of words (docs/decisions/0010-search.md).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Length

from catalog.models import Product, SearchEntry

LONGEST = 100  # characters of a query that are read
TERMS = 12  # of a query
MOST = 200  # products
SUGGESTIONS = 6
APOSTROPHES = str.maketrans("", "", "'’ʼ")
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(f"[a-z0-9]+|[{HAN}]+")
IN_A_WORD = 3  # letters, from which on a word is also found inside a longer one: "pot", "teapot"


def found(text: str) -> list[int]:
    """The ids of shown products that have all the words, best first; none for an empty text."""
    terms = list(_terms(text))
    if not terms:
        return []
    ids = _matching(terms)
    return ids or _matching(_single_characters(terms))


def suggested(ids: list[int]) -> list[Product]:
    """The first few of these, ready for their cards."""
    some = ids[:SUGGESTIONS]
    products = Product.objects.for_cards(some)
    return [products[pk] for pk in some if pk in products]


def index(products: QuerySet[Product]) -> None:
    """Note the words of these products anew; to be called after a change of any of them."""
    related = products.select_related("category__parent").prefetch_related(
        "variants", "options__values"
    )
    SearchEntry.objects.bulk_create(
        [_entry(product) for product in related],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["name", "about", "text"],
    )


def _entry(product: Product) -> SearchEntry:
    skus = [variant.sku for variant in product.variants.all()]
    category, above = product.category, product.category.parent
    choices = [value for option in product.options.all() for value in option.values.all()]
    about = [(each.name_en, each.name_zh) for each in (category, above) if each]
    about += [(each.name_en, each.name_zh) for each in choices]
    return SearchEntry(
        product=product,
        name=_indexed([product.name_en, product.name_zh]),
        about=_indexed(
            [*chain.from_iterable(about), *skus, *(sku.replace("-", "") for sku in skus)]
        ),
        text=_indexed([product.text_en, product.text_zh, product.origin_en, product.origin_zh]),
    )


def _indexed(texts: Iterable[str]) -> str:
    """Words after a space each, as written and in the singular; Han by pairs of characters."""
    words: dict[str, None] = {}
    for run in (run for text in texts for run in _runs(text)):
        pieces = [*_pairs(run), run[-1]] if _is_han(run) else [run, _singular(run)]
        words |= dict.fromkeys(pieces)
    return "".join(f" {word}" for word in words) + " "


def _terms(text: str) -> Iterator[str]:
    """What a query asks for, without repetition."""
    terms: dict[str, None] = {}
    for run in _runs(text[:LONGEST]):
        terms |= dict.fromkeys(_pairs(run) if _is_han(run) else [_singular(run)])
    yield from list(terms)[:TERMS]


def _single_characters(terms: list[str]) -> list[str]:
    """For pairs that no product has: 青瓷杯 holds 瓷杯, but the cup is called 茶杯 in 青瓷."""
    return list(dict.fromkeys(c for term in terms for c in (term if _is_han(term) else [term])))


def _matching(terms: list[str]) -> list[int]:
    wanted, score = Q(), []
    for term in terms:
        inside = Q(name__contains=term) if len(term) >= IN_A_WORD else Q(name__contains=f" {term}")
        wanted &= inside | Q(about__contains=f" {term}") | Q(text__contains=f" {term}")
        score.append(
            Case(
                When(name__contains=f" {term} ", then=8),
                When(name__contains=f" {term}", then=6),
                When(inside, then=4),
                When(about__contains=f" {term}", then=2),
                default=0,
            )
        )
    entries = SearchEntry.objects.filter(wanted, product__in=Product.objects.shown())
    ranked = entries.annotate(score=sum(score, Value(0))).order_by(
        "-score", Length("name"), "product__position", "product"
    )
    return list(ranked.values_list("product", flat=True)[:MOST])


def _runs(text: str) -> list[str]:
    """Letters and digits, or Han, in one writing: no case, no accents, no full-width forms."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(APOSTROPHES)
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return RUN.findall(unicodedata.normalize("NFKC", bare))


def _pairs(run: str) -> list[str]:
    """青瓷杯 → 青瓷, 瓷杯; a single character stays alone."""
    return [run[n : n + 2] for n in range(len(run) - 1)] or [run]


def _is_han(run: str) -> bool:
    return not run[0].isascii()


def _singular(word: str) -> str:
    """By the plain rules of English: berries, dishes, cups; not glass, bus, this."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if re.search("(ss|sh|ch|x)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and re.search("[^sui]s$", word) else word
