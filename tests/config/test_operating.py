"""What hands the shop to containers and to systemd names what there is."""

import os
import re
import shutil
import socket
import subprocess
import sys

import pytest
import yaml

from config.env import SECRETS
from services import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
UNITS = sorted((ROOT / "ops/systemd").glob("*.service"))
OPERATING = (ROOT / "docs/operate.md").read_text()
# Of the README's variables, what containers are not told: the demo's port, debug pages, and the
# folders that the image has.
NOT_FOR_CONTAINERS = {"PORT", "DEBUG", "DATA_DIR", "PROMETHEUS_MULTIPROC_DIR"}


def told() -> set[str]:
    """The variables of the README's table."""
    table = [line for line in (ROOT / "README.md").read_text().splitlines() if "| `" in line]
    return {
        name for line in table for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", line.split("|")[1])
    }


def test_containers_are_told_every_variable_of_the_readme():
    given = {
        name for part in ("web-1", "worker") for name in COMPOSE["services"][part]["environment"]
    }
    assert {name.removesuffix("_FILE") for name in given} == told() - NOT_FOR_CONTAINERS


def test_what_is_handed_over_in_a_file_is_a_secret_that_is_made():
    given = COMPOSE["services"]["web-1"]["environment"]
    files = {name: value for name, value in given.items() if name.endswith("_FILE")}
    secrets = {value.removeprefix("/run/secrets/") for value in files.values()}
    assert {name.removesuffix("_FILE") for name in files} <= set(SECRETS)
    assert secrets == set(COMPOSE["services"]["web-1"]["secrets"]) == set(COMPOSE["secrets"])


def test_secrets_makes_them_all_and_none_anew(tmp_path):
    (tmp_path / "ops").mkdir()
    made = shutil.copy(ROOT / "ops/secrets", tmp_path / "ops/secrets")
    for _ in range(2):
        subprocess.run([made], check=True, capture_output=True)
        found = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(found) == set(COMPOSE["secrets"])


def test_programs_of_containers_are_in_the_image():
    commands = [part.get("command", []) for part in COMPOSE["services"].values()]
    programs = {word for words in commands for word in words if word.startswith("ops/")}
    image = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"ops/worker", "ops/beat"} <= programs
    for program in {*programs, "ops/web"}:
        assert (ROOT / program).exists() and f"!{program}" in image


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_names_programs_that_exist(unit):
    programs = re.findall(r"(?<![\w/])(?:/opt/shop/)?(ops/\w+)", unit.read_text())
    assert programs
    assert all(os.access(ROOT / program, os.X_OK) for program in programs)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path):
    """With the paths and the user of this machine."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    for unit in UNITS:
        text = unit.read_text().replace("/opt/shop", str(ROOT))
        (tmp_path / unit.name).write_text(text.replace("User=shop", f"User={os.getuid()}"))
    units = [str(tmp_path / unit.name.replace("@", "@1")) for unit in UNITS]
    command = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("program", ["worker", "beat"])
def test_programs_find_what_they_need_though_the_path_is_systemds(program, tmp_path):
    bare = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path)}
    command = [str(ROOT / "ops" / program), "--help"]
    done = subprocess.run(command, cwd="/", env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["leavee"], ["serve"], ["leave", "now"]], ids=str)
def test_a_word_that_the_server_does_not_know_does_nothing(words, tmp_path):
    """Above all it serves nothing, for that would take the socket away from who serves."""
    served = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(served))
        env = os.environ | {"DATA_DIR": str(tmp_path), "SOCKET": str(served)}
        env |= {"PROMETHEUS_MULTIPROC_DIR": f"{served}/nowhere"}  # so that none is left serving
        command = [sys.executable, str(ROOT / "ops/web"), *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("usage: ") and done.stderr.endswith("[check|leave]\n")
    assert served.is_socket()


def test_the_manual_names_files_and_recipes_that_exist():
    named = set(re.findall(r"(?<![\w/.])((?:ops|docs)/[\w@./-]*\w)", OPERATING))
    assert {"ops/systemd", "ops/nginx", "ops/secrets"} <= named
    assert [name for name in named if name != "ops/just" and not (ROOT / name).exists()] == []
    recipes = set(re.findall(r"^([a-z][\w-]*)[^:\n]*:(?!=)", (ROOT / "justfile").read_text(), re.M))
    assert "install" in recipes
    assert set(re.findall(r"ops/just ([a-z][\w-]*)", OPERATING)) <= recipes
