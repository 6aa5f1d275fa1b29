from django.utils.translation import get_language

from campaigns.letter import TEST, try_out
from campaigns.models import Campaign
from catalog.models import Picture, Product
from outbox.gallery import READER
from outbox.models import Message

WORDS = {
    "text_en": "## New in the shop\n\nThe kiln was opened on Monday. [Look around](/search/).",
    "text_zh": "## 店裡的新物\n\n星期一開窯了。[看看](/search/)。",
}
BUTTON = {"text_en": "See all cups", "text_zh": "看所有茶杯", "address": "/search/?q=cup"}


def _letter() -> Message:
    """Of every kind of block, with what the shop has."""
    campaign = Campaign.objects.create(
        subject_en="The first cups of the year",
        subject_zh="今年的第一批茶杯",
        preheader_en="Four glazes, thrown in December.",
        preheader_zh="四種釉色，十二月拉坯。",
    )
    campaign.blocks.create(kind="text", **WORDS)
    if picture := Picture.objects.first():
        campaign.blocks.create(kind="picture", position=1, picture=picture)
    products = campaign.blocks.create(kind="products", position=2)
    products.products.set(Product.objects.shown()[:3])
    campaign.blocks.create(kind="button", position=3, **BUTTON)
    return try_out(campaign, get_language() or "en", READER, "campaign:sample")


SAMPLES = {TEST: _letter}
