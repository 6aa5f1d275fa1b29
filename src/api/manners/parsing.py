import json
from typing import Any, Never

from django.http import RawPostDataException
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser

from api.manners.problems import Problem

LARGEST = 100_000  # bytes: the longest message that people may write to us, every letter escaped
MOST = 500  # things in a list; no cart or order has as many lines


class Json(BaseParser):
    """One object, of values that a database can hold. Nothing honest is as large as its limits."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            body = (parser_context or {})["request"].body
            if len(body) > LARGEST:
                raise Problem("too-large")
            data = json.loads(body.decode() or "{}", parse_constant=_refuse)
            json.dumps(data, ensure_ascii=False).encode()  # halves of letters are no text
            honest = isinstance(data, dict) and _fits(data)
        except (ValueError, RecursionError, RawPostDataException) as error:
            raise ParseError from error
        if not honest:
            raise ParseError
        return data


def _fits(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_fits, value.values()))
    return not isinstance(value, list) or (len(value) <= MOST and all(map(_fits, value)))


def _refuse(constant: str) -> Never:
    raise ValueError(constant)  # NaN and Infinity, which are no JSON


class AlwaysJson(BaseContentNegotiation):
    """There is one way to answer, whatever is asked for."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        known = [each for each in parsers if each.media_type == _plain(request.content_type)]
        return known[0] if known else None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def _plain(content_type: str) -> str:
    """Without parameters."""
    return content_type.partition(";")[0].strip().lower()
