"""Rules of the house that no single part could hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import ROOT

SRC = ROOT / "src"
MADE = {"node_modules", "__pycache__", "var", "bin"}  # what tools leave behind
TEXT = {
    "",
    ".conf",
    ".css",
    ".env",
    ".html",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".po",
    ".py",
    ".service",
    ".svg",
    ".toml",
    ".txt",
    ".yml",
}
# Pieced together, so that this file passes its own test.
REGISTRIES = ["pypi." + "org", "pythonhosted." + "org", "npmjs." + "org", "npmjs." + "com"]
REGISTRIES += ["yarnpkg." + "com", "jsdelivr." + "net", "unpkg." + "com"]
MACHINE = re.compile(r"(?<![\w.~$}])/(" + "|".join(["work", "home", "root", "Users"]) + r")/\w")


def files() -> Iterator[Path]:
    """The project's own text files."""
    for folder, folders, names in ROOT.walk():
        folders[:] = [
            name
            for name in folders
            if name not in MADE and (not name.startswith(".") or name == ".ci")
        ]
        # Of a second working tree of git, .git is a file.
        yield from (folder / name for name in names if Path(name).suffix in TEXT and name != ".git")


def test_the_house_is_looked_through():
    seen = {str(path.relative_to(ROOT)) for path in files()}
    assert {"README.md", ".ci/run", "src/web/pages.py", "ops/just", "requirements.lock"} <= seen
    assert not [name for name in seen if name.startswith((".venv", "var/", ".git/"))]


def test_no_file_names_a_package_registry():
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in files()
        for host in REGISTRIES
        if host in path.read_text(errors="replace")
    ]
    assert found == []


def test_no_file_knows_the_machine_it_was_written_on():
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:100]}"
        for path in files()
        for line in path.read_text(errors="replace").splitlines()
        if MACHINE.search(line)
    ]
    assert found == []


def test_the_look_for_a_machines_paths_finds_them():
    for path in ("/work" + "/main/src", "'/home" + "/ada/x'", "file=/Users" + "/ada"):
        assert MACHINE.search(path)
    for path in ("https://shop.example/home/", "src/work/x", "$HOME/x", "/usr/lib"):
        assert not MACHINE.search(path)


def test_every_module_holds_something():
    empty = [
        str(path.relative_to(SRC))
        for path in SRC.rglob("*.py")
        if path.name != "__init__.py"
        and "migrations" not in path.parts
        and not ast.parse(path.read_text()).body
    ]
    assert empty == []


def test_no_module_is_a_drawer_for_everything():
    names = {"utils.py", "helpers.py", "services.py", "misc.py", "common.py", "signals.py"}
    assert [path for path in SRC.rglob("*.py") if path.name in names] == []


def test_the_readme_tells_of_every_environment_variable_and_of_no_other():
    modules = ("env", "server", "letters", "store")
    code = "".join((SRC / f"config/{name}.py").read_text() for name in modules)
    reads = set(re.findall(r"given(?:\.get\(|\[|, )\"([A-Z][A-Z0-9_]+)\"", code))
    table = [line for line in (ROOT / "README.md").read_text().splitlines() if "| `" in line]
    tells = {
        name for line in table for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", line.split("|")[1])
    }
    assert len(reads) > 8
    assert tells == reads


def test_the_environment_is_read_in_one_place():
    readers = [
        str(path.relative_to(SRC))
        for path in SRC.rglob("*.py")
        if re.search(r"os\.(environ\[|environ\.get|getenv)", path.read_text())
    ]
    assert readers == []  # config/env.py takes it as its default argument


def test_imports_of_tests_cannot_hide_an_app():
    """A tests/cart/__init__.py would hide src/cart."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("folder", ["templates", "partials"])
def test_templates_know_nothing_of_how_they_are_asked_for(folder):
    for path in (ROOT / folder).rglob("*.html"):
        assert "request.htmx" not in path.read_text(), path


def test_views_never_mention_htmx():
    found = {
        f"{path.parent.name}/{path.name}"
        for path in SRC.rglob("views.py")
        if re.search(r"htmx|hx-", path.read_text(), re.IGNORECASE)
    }
    # A part of a page is no view of a product, so what counts views looks whether it is one.
    assert found <= {"viewed/views.py"}
