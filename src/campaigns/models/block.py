from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.models import Picture, Product
from catalog.translated import Translated
from content import markdown

# A whole address, or one of the shop's own.
ADDRESS = RegexValidator(
    r"^(https?://|/(?!/))\S+$", _("Write an address like /c/tea/ or https://…")
)


class Block(models.Model):
    """One piece of a letter. Which of its fields count is said by its kind."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        PICTURE = "picture", _("picture")
        PRODUCTS = "products", _("products")
        BUTTON = "button", _("button")

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="blocks")
    position = models.PositiveIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Markdown, or the words on the button.
    text_en = models.TextField(_("text in English"), max_length=20_000, blank=True)
    text_zh = models.TextField(_("text in Chinese"), max_length=20_000, blank=True)
    picture = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    products = models.ManyToManyField(
        Product, blank=True, related_name="+", verbose_name=_("products")
    )
    # Where the button leads, or the picture.
    address = models.CharField(_("leads to"), max_length=500, blank=True, validators=[ADDRESS])

    text = Translated("text")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("block"), _("blocks")

    def __str__(self) -> str:
        return f"{self.position} · {self.get_kind_display()}"

    @property
    def html(self) -> SafeString:
        return markdown.render(self.text)
