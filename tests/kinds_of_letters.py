"""Every page about letters by mail, as those see it who are on the list, or not, or no more."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from campaigning import block, campaign, send
from catalog.models import Picture, Product
from dom import HTMX
from letters import link, on_the_list, sign_up
from newsletter.models import Subscriber
from visiting import Visitor, member

Answers = dict[str, HttpResponse]


def letter_pages(to: str) -> Answers:
    at = f"{to}/newsletter/"
    visitor = Client()
    found = {
        "letters": visitor.get(at),
        "letters refused": visitor.post(at, {"email": "<b>ada"}),
        "letters asked for": sign_up("new@example.com", to, follow=True),
    }
    confirm = urlsplit(link("confirm", "new@example.com")).path
    found["letters about to be confirmed"] = visitor.get(confirm)
    found["letters confirmed"] = visitor.post(confirm, follow=True)
    ada = on_the_list("ada@example.com", language="zh-hant" if to else "en")
    here, away = urlsplit(ada.preferences_url).path, urlsplit(ada.leave_url).path
    found |= {
        "what one gets": visitor.get(here),
        "what one gets refused": visitor.post(here, {"language": "xx"}),
        "about to leave": visitor.get(away),
        "left": visitor.post(away, follow=True),
        "one press": visitor.post(away, {"List-Unsubscribe": "One-Click"}),
        "a link that is not whole": visitor.get(f"{at}confirm/1:2:3/"),
    }
    Subscriber.objects.of("new@example.com").leave()
    found |= {"a link used before leaving": visitor.get(confirm)}
    return found | _archive(to) | _of_a_member(to)


def _archive(to: str) -> Answers:
    found = {"no letters yet": Client().get(f"{to}/newsletter/letters/")}
    preheader = {"preheader_en": "Fresh from the kiln", "preheader_zh": "星期一剛出窯的杯子"}
    made = campaign(**preheader)
    block(made, "picture", picture=Picture.objects.first())
    block(made, "products").products.set(Product.objects.shown()[:3])
    block(made, "button", text_en="See all cups", text_zh="看所有茶杯", address="/search/?q=cup")
    made.begin()
    send(made)
    return found | {
        "letters that were sent": Client().get(f"{to}/newsletter/letters/"),
        "a letter that was sent": Client().get(f"{to}/newsletter/letters/{made.pk}/"),
    }


def _of_a_member(to: str) -> Answers:
    grace = Visitor(to)
    grace.client.force_login(member("hopper@example.com"))
    found = {
        "a member’s letters": grace.get("newsletter/"),
        "a member’s letters refused": grace.post("newsletter/", language=""),
    }
    on_the_list("hopper@example.com")
    return found | {"a member on the list": grace.get("newsletter/")}


def letter_fragments(to: str) -> Answers:
    at = f"{to}/newsletter/"
    return {
        "letters asked for": Client().post(at, {"email": "new@example.com"}, headers=HTMX),
        "letters not asked for": Client().post(at, {"email": "<b>ada"}, headers=HTMX),
    }
