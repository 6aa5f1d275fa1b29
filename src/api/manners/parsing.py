import json
from typing import Any, Never

from django.http import RawPostDataException
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser


class Json(BaseParser):
    """One object, as small as a posted form, of values that a database can hold."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            body = (parser_context or {})["request"].body.decode()  # Django limits its size
            data = json.loads(body or "{}", parse_constant=_refuse)
            json.dumps(data, ensure_ascii=False).encode()  # halves of letters are no text
        except (ValueError, RecursionError, RawPostDataException) as error:
            raise ParseError from error
        if not isinstance(data, dict):
            raise ParseError
        return data


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
