"""Files and functions stay small; what is larger says why."""

import ast
import re
from statistics import median

import pytest

from services import ROOT

SRC = ROOT / "src"
LONGEST_FILE, LONGEST_FUNCTION = 300, 30  # lines
REASONS = {
    "orders/flows/placement.py:_create_order": "copies each field of the snapshot once",
}


def modules():
    return [path for path in SRC.rglob("*.py") if "migrations" not in path.parts]


def functions():
    """(name, lines) of every function, its decorators and docstring left out."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = node.end_lineno - body[0].lineno + 1 if body else 0
                yield f"{path.relative_to(SRC)}:{node.name}", lines


def test_no_file_is_longer_than_one_can_take_in():
    long = {
        str(path.relative_to(SRC))
        for path in modules()
        if len(path.read_text().splitlines()) > LONGEST_FILE
    }
    assert long == set()


def test_no_function_is_longer_than_one_can_take_in():
    long = {name for name, lines in functions() if lines > LONGEST_FUNCTION}
    assert long == set(REASONS)


def test_most_files_and_functions_are_small():
    assert median(len(path.read_text().splitlines()) for path in modules()) <= 45
    assert median(lines for _name, lines in functions()) <= 5


@pytest.mark.parametrize("folder", ["templates", "partials", "static/css"])
def test_no_template_and_no_style_sheet_is_longer_either(folder):
    files = [path for path in (ROOT / folder).rglob("*.*") if path.suffix in {".html", ".css"}]
    assert len(files) > 4
    assert [path for path in files if len(path.read_text().splitlines()) > LONGEST_FILE] == []


def documents():
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_link_of_the_documentation_leads_somewhere():
    dead = [
        f"{path.name}: {target}"
        for path in documents()
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert dead == []


def test_every_file_that_the_tour_names_is_there():
    named = re.findall(
        r"`((?:src|partials|static|tests)/[\w/.]+)`", (ROOT / "docs/tour.md").read_text()
    )
    assert len(named) > 12
    assert [name for name in named if not (ROOT / name).exists()] == []
