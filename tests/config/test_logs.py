import json
import logging
import sys
from datetime import UTC, datetime, timedelta

from django.test import Client

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


def test_the_time_of_an_entry_says_its_zone():
    entry = json.loads(JsonFormatter().format(record("x", exc_info=None)))
    said = datetime.fromisoformat(entry["time"])
    assert said.utcoffset() == timedelta(0)
    assert datetime.now(UTC) - said < timedelta(seconds=5)


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


def test_who_asks_for_a_host_that_is_not_ours_is_one_line_and_no_error(caplog):
    assert Client(headers={"Host": "evil.example"}).get("/").status_code == 400
    (said,) = caplog.records
    assert said.levelname == "WARNING" and "evil.example" in said.getMessage()
    assert "Traceback" not in JsonFormatter().format(said) + caplog.text


def test_the_path_of_a_mailed_link_is_told_without_it(db, caplog):
    assert Client().get("/newsletter/preferences/5:abc:def/").status_code == 404
    (said,) = caplog.records
    assert said.getMessage() == "Not Found: /newsletter/preferences/-/"
