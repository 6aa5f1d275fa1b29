import json
import logging
import sys

from config.logs import JsonFormatter
from web import request_ids


def record(message, *args, **more):
    return logging.LogRecord("shop", logging.ERROR, "x.py", 1, message, args, **more)


def test_an_entry_is_one_line_of_json():
    line = JsonFormatter().format(record("茶 %s\nand more", "cup", exc_info=None))
    assert "\n" not in line
    entry = json.loads(line)
    assert entry["message"] == "茶 cup\nand more"
    assert (entry["level"], entry["logger"]) == ("ERROR", "shop")


def test_an_error_comes_with_its_traceback():
    try:
        raise ValueError("why")
    except ValueError:
        line = JsonFormatter().format(record("it failed", exc_info=sys.exc_info()))
    assert "\n" not in line
    assert "ValueError: why" in json.loads(line)["error"]


def test_an_entry_bears_the_name_of_its_request():
    request_ids.bear("c" * 32)
    assert json.loads(JsonFormatter().format(record("x", exc_info=None)))["request_id"] == "c" * 32


def test_a_name_that_is_none_is_replaced():
    for given in ("", None, "x" * 32, "c" * 33, "c\nc"):
        request_ids.bear(given)
        assert len(request_ids.current()) == 32 and request_ids.current() != given
