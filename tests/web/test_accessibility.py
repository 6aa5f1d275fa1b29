"""What every page owes to those who hear it or steer it by keys, in both languages."""

import pytest

from dom import parse, pieces

FIELDS = "self::input[not(@type='hidden')] or self::select or self::textarea"
AUTOCOMPLETE = {
    "email": "email",
    "country_code": "country",
    "name": "name",
    "company_name": "organization",
    "street_address": "street-address",
    "city": "address-level2",
    "city_area": "address-level3",
    "country_area": "address-level1",
    "postal_code": "postal-code",
    "phone": "tel",
}
SHELLS = {"our fault"}  # a page without the shop's header


@pytest.fixture(scope="module")
def parsed(pages):
    """(name, status, tree) of every page that has the shop's header."""
    found = [
        (name, answer.status_code, parse(answer.content.decode())) for name, answer in pages.items()
    ]
    found = [each for each in found if each[0].partition(" (")[0] not in SHELLS]
    assert len(found) > 50
    return found


def ids(page) -> list[str]:
    return page.xpath("//@id")


def test_the_first_thing_to_reach_is_the_way_to_the_content(parsed):
    for name, _status, page in parsed:
        first = page.xpath("//body//*[self::a or self::button or self::input or self::summary]")[0]
        assert first.get("href") == "#main", name
        assert page.xpath("//main[@id='main'][@tabindex='-1']"), name


def test_every_page_has_one_h1_inside_main_and_a_title_of_its_own(pages, parsed):
    titles: dict[str, set[str]] = {}
    for name, _status, page in parsed:
        assert len(page.xpath("//h1")) == len(page.xpath("//main//h1")) == 1, name
        assert page.xpath("//h1")[0].text_content().strip(), name
        assert len(page.xpath("//title")) == 1, name
        titles.setdefault(page.findtext(".//title").strip(), set()).add(name)
    assert "" not in titles
    for kind in ("home", "cart", "details", "delivery", "review", "not found"):
        assert [names for names in titles.values() if f"{kind} (en)" in names], kind
    alike = [names for names in titles.values() if {"home (en)", "not found (en)"} <= names]
    assert alike == []


def test_headings_go_down_one_level_at_a_time(parsed):
    for name, _status, page in parsed:
        inside = page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
        levels = [int(heading.tag[1]) for heading in inside]
        summary = page.xpath("//*[@id='problems-summary']//h2")
        if summary:  # it stands above the h1
            assert levels.pop(0) == 2, name
        assert levels[0] == 1, name
        jumps = [pair for pair in zip(levels, levels[1:], strict=False) if pair[1] > pair[0] + 1]
        assert jumps == [], f"{name}: {levels}"


def test_no_id_is_used_twice(pages):
    for name, answer in pages.items():
        found = ids(parse(answer.content.decode()))
        assert sorted(found) == sorted(set(found)), name


def test_whatever_is_pointed_at_is_there(parsed):
    seen = set()
    for name, _status, page in parsed:
        known = set(ids(page))
        for attribute in (
            *("aria-describedby", "aria-labelledby", "aria-controls", "popovertarget", "for"),
            *("commandfor", "list", "form"),
        ):
            for value in page.xpath(f"//@{attribute}"):
                seen.add(attribute)
                assert set(value.split()) <= known, f"{name}: {attribute}={value}"
        for address in page.xpath("//a[starts-with(@href, '#')]/@href"):
            assert address[1:] in known, f"{name}: {address}"
    assert {"aria-describedby", "aria-labelledby", "popovertarget", "for"} <= seen


def test_a_refused_answer_says_so_first_in_its_title_and_above_the_heading(parsed):
    seen = 0
    for name, status, page in parsed:
        title = page.findtext(".//title").strip()
        summary = page.xpath("//*[@id='problems-summary']/*[@role='alert']")
        assert bool(summary) == (status == 422), name
        if name.endswith("(en)"):
            assert title.startswith("Error: ") == (status == 422), f"{name}: {title}"
        if not summary:
            continue
        seen += 1
        assert summary[0].get("autofocus") is not None, name
        assert summary[0].get("tabindex") == "-1", name
        links = summary[0].xpath(".//a/@href")
        assert links and all(link.startswith("#") for link in links), name
        (above,) = page.xpath(
            "//h1/preceding::*[@role='alert'] | //h1/preceding-sibling::*[@role='alert']"
        )
        assert above is summary[0], name
        if name.endswith("(en)"):
            assert summary[0].findtext(".//h2") == "There is a problem", name
    assert seen >= 10


def test_each_problem_stands_beside_its_field_in_the_same_words(parsed):
    seen = 0
    for name, _status, page in parsed:
        for link in page.xpath("//*[@id='problems-summary']//a"):
            (target,) = page.xpath("//*[@id=$id]", id=link.get("href")[1:])
            if target.tag not in {"input", "select", "textarea"}:
                continue  # a problem of the whole, like a cart that has changed
            seen += 1
            if target.get("type") in {"radio", "checkbox"} and target.xpath("ancestor::fieldset"):
                target = target.xpath("ancestor::fieldset")[0]
            else:
                assert target.get("aria-invalid") == "true", f"{name}: {target.get('id')}"
            described = [
                page.xpath("//*[@id=$id]", id=each)[0].text_content()
                for each in target.get("aria-describedby").split()
            ]
            assert any(link.text_content().strip() in words for words in described), name
    assert seen >= 10


def test_what_was_typed_is_kept(pages):
    cart = parse(pages["cart refused (en)"].content.decode())
    assert cart.xpath("//input[@aria-invalid='true']/@value") == ["<b>many</b>"]
    product = parse(pages["product refused (en)"].content.decode())
    assert product.xpath("//input[@id='buy-quantity']/@value") == ["0"]
    details = parse(pages["details refused (en)"].content.decode())
    assert details.xpath("//input[@name='email']/@value") == ["ada"]


def test_every_control_has_a_label_that_says_something(parsed):
    seen = 0
    for name, _status, page in parsed:
        for field in page.xpath(f"//main//*[{FIELDS}]"):
            seen += 1
            (label,) = page.xpath("//label[@for=$id]", id=field.get("id"))
            assert label.text_content().strip(), f"{name}: {field.get('id')}"
        for button in page.xpath("//button"):
            words = button.get("aria-label") or button.text_content()
            assert words.strip(), name
        for link in page.xpath("//a[not(@aria-hidden)]"):
            words = link.text_content() + "".join(link.xpath(".//img/@alt"))
            assert words.strip(), f"{name}: {link.get('href')}"
    assert seen > 60


def test_controls_that_a_swap_replaces_keep_an_id_of_their_own(fragments):
    """Without one, focus would be lost when their fragment is swapped."""
    for name, answer in fragments.items():
        for html in pieces(answer.content.decode()).values():
            part = parse(f"<div>{html}</div>")
            for control in part.xpath(f"//button | //*[{FIELDS}] | //a[@hx-get]"):
                assert control.get("id"), f"{name}: {control.text_content()}"


def test_no_browser_is_asked_to_judge_a_form_by_itself(parsed):
    for name, _status, page in parsed:
        assert not page.xpath("//@required"), name
        for form in page.xpath(f"//form[.//*[{FIELDS}]]"):
            assert form.get("novalidate") is not None, f"{name}: {form.get('action')}"
        kinds = set(page.xpath("//main//input/@type"))
        assert not kinds & {"number", "date", "url"}, name  # browsers correct these while one types
        assert not page.xpath("//@pattern | //@min | //@max"), name


def test_personal_fields_say_what_they_are_for(parsed):
    seen = set()
    for name, _status, page in parsed:
        if name.startswith("make a token"):
            continue  # what is named there is a program
        for field in page.xpath(f"//main//*[{FIELDS}]"):
            wanted = AUTOCOMPLETE.get(field.get("name"))
            if wanted:
                seen.add(field.get("name"))
                assert field.get("autocomplete") == wanted, f"{name}: {field.get('name')}"
    assert set(AUTOCOMPLETE) - seen <= {"city_area"}


def test_one_live_region_stands_in_the_page_from_the_start(parsed):
    for name, _status, page in parsed:
        (region,) = page.xpath("//*[@role='status' or @aria-live]")
        assert region.xpath("./*[@id='notices-list']"), name


def test_the_live_region_itself_is_never_swapped_only_its_inside(fragments):
    for name, answer in fragments.items():
        assert "notices-list" in pieces(answer.content.decode()), name
        assert "notices" not in pieces(answer.content.decode()), name
        assert b'role="status"' not in answer.content, name


def test_every_picture_has_its_size_and_words(parsed):
    seen = 0
    for name, _status, page in parsed:
        for picture in page.xpath("//img"):
            seen += 1
            assert int(picture.get("width")) > 0 and int(picture.get("height")) > 0, name
            assert picture.get("alt") is not None, name
            if picture.xpath("ancestor::picture"):
                link = picture.xpath("ancestor::a[normalize-space()]")  # its words say the same
                assert link or picture.get("alt").strip(), f"{name}: {picture.get('src')}"
                kinds = picture.xpath("ancestor::picture//source/@type")
                assert kinds == ["image/avif", "image/webp"], name
    assert seen > 150


def test_the_first_picture_is_fetched_first_and_those_below_wait(parsed):
    for name, _status, page in parsed:
        pictures = page.xpath("//main//img")
        first = [each for each in pictures if each.get("fetchpriority") == "high"]
        assert len(first) <= 1, name
        if first:
            assert first[0] is pictures[0] and not first[0].get("loading"), name
        for other in pictures:
            assert other in first or other.get("loading") == "lazy", name


def test_words_of_the_other_language_say_which_it_is(parsed):
    seen = 0
    for name, _status, page in parsed:
        here = page.get("lang")
        assert here == ("zh-hant" if name.endswith("(zh-hant)") else "en"), name
        for text in page.xpath("//main//text()[normalize-space()]"):
            around = text.getparent() if text.is_text else text.getparent().getparent()
            chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
            language = around.xpath("ancestor-or-self::*[@lang][1]/@lang")[-1]
            if chinese:
                seen += 1
                assert language == "zh-hant", f"{name}: {text.strip()}"
    assert seen > 500


def test_names_in_the_other_language_are_marked_on_chinese_pages_too(parsed):
    for name, _status, page in parsed:
        for other in page.xpath("//*[@class='other-name']"):
            assert other.get("lang") == ("en" if name.endswith("(zh-hant)") else "zh-hant"), name
            assert other.text_content().strip(), name


def test_navigation_regions_are_told_apart_by_their_names(parsed):
    for name, _status, page in parsed:
        regions = page.xpath("//nav")
        names = [region.get("aria-label") for region in regions]
        assert all(names) and len(names) == len(set(names)), name


def test_the_checkout_has_no_shop_navigation_and_says_which_step_it_is(parsed):
    for name, _status, page in parsed:
        kind = name.partition(" (")[0].split()[0]
        if kind in {"details", "delivery", "review"}:
            assert not page.xpath("//a[contains(@href, '/c/')]"), name
            assert page.xpath("//*[@class='step']"), name
            if name.endswith("(en)"):
                step = {"details": "1", "delivery": "2", "review": "3"}[kind]
                words = page.xpath("//*[@class='step']")[0].text_content()
                assert step in words and "of 3" in words, words
