"""An editor who uploads pictures by the admin's pages."""

import factories
from dom import parse

ADD = "/admin/catalog/picture/add/"


def upload(editor, *files, address=ADD):
    """Open the page, fill its form as an editor does and save it."""
    page = parse(editor.get(address).text)
    fields = shown(page, "picture_form") if address == ADD else product_fields(page)
    prefixes = [""] if address == ADD else [f"pictures-{n}-" for n in range(len(files))]
    for prefix, file in zip(prefixes, files, strict=True):
        fields |= {f"{prefix}image": file, f"{prefix}alt_en": "A cup", f"{prefix}alt_zh": "杯子"}
    return editor.post(address, fields, follow=True)


def shown(page, form_id):
    """What a browser would post of a form as it is shown."""
    [found] = [each for each in page.forms if each.get("id") == form_id]
    return {name: value or "" for name, value in found.form_values()}


def product_fields(page):
    fields = shown(page, "product_form")
    words = {"name_en": "Gaiwan", "name_zh": "蓋碗", "text_en": "A bowl.", "text_zh": "有蓋。"}
    words |= {"slug": "gaiwan", "category": str(factories.category().pk), "active": "on"}
    words |= {"tax_class": str(factories.tax_class().pk), "variants-0-sku": "GAIWAN"}
    return fields | words | {"variants-0-price": "32", "variants-0-weight": "300"}


def told(answer):
    page = parse(answer.text)
    shown = page.xpath("//ul[contains(@class, 'errorlist')]/li | //ul[@class='messagelist']/li")
    return " ".join(each.text_content() for each in shown)
