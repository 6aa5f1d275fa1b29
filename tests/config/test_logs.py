import json
import logging
import sys

from config.logs import JsonFormatter


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
