"""Reads what the head of a page says, as search engines do."""

import json

from django.conf import settings
from django.test import Client

from dom import parse

SITE = settings.SITE_URL


def canonical(page):
    (address,) = page.xpath("//head/link[@rel='canonical']/@href")
    return address


def alternates(page):
    links = page.xpath("//head/link[@rel='alternate'][@hreflang]")
    return {link.get("hreflang"): link.get("href") for link in links}


def said(page, name):
    (content,) = page.xpath("//head/meta[@name=$n or @property=$n]/@content", n=name)
    return content


def things(page):
    (script,) = page.xpath("//script[@type='application/ld+json']")
    data = json.loads(script.text)
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


def seen(address, host="testserver"):
    answer = Client().get(address, headers={"Host": host})
    assert answer.status_code == 200, address
    return parse(answer.content.decode())


def local(address):
    assert address.startswith(SITE + "/"), address
    return address.removeprefix(SITE)
