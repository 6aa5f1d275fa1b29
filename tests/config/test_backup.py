"""Backup, wipe, restore: the same orders, pictures and totals."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import psycopg
import pytest

import services

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

# In a process of its own, for this one has the tests' database.
FURNISH = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import factories
from shopping import Shopper
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
variant, method = factories.variant(stock=9), factories.delivery()
picture = factories.picture(variant.product)
for _ in range(3):
    assert Shopper().buy(variant, method=method).status_code == 303
"""
EVERYTHING = "SELECT json_agg(t ORDER BY t.id)::text FROM {} t"
TABLES = ["orders_order", "orders_orderline", "orders_orderevent", "outbox_message"]
TABLES += ["catalog_variant", "catalog_picture", "orders_attempt"]


@pytest.fixture
def own(tmp_path, data_dir) -> Iterator[SimpleNamespace]:
    """A shop with a database and a folder of its own."""
    with services.cluster() as cluster, cluster.run():
        url = _owned(cluster)
        (tmp_path / "url").write_text(url.replace(":a-password", "") + "\n")
        (tmp_path / "password").write_text("a-password\n")
        shutil.copytree(data_dir / "static", tmp_path / "shop/static")
        path = os.pathsep.join(str(services.ROOT / folder) for folder in ("src", "tests"))
        env = os.environ | {
            "DATABASE_URL_FILE": str(tmp_path / "url"),
            "DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
            "DATA_DIR": str(tmp_path / "shop"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": path,
        }
        env.pop("DATABASE_URL", None)
        folder = tmp_path / "shop"
        yield SimpleNamespace(env=env, url=url, folder=folder, superuser=f"{cluster.url}/shop")


def _owned(cluster: services.Cluster) -> str:
    """A database as one rents it: its owner has a password, and no power beyond it."""
    rules = cluster.folder / "data/pg_hba.conf"
    rules.write_text("host all owner 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
    with psycopg.connect(f"{cluster.url}/postgres", autocommit=True) as first:
        first.execute("SELECT pg_reload_conf()")
        first.execute("CREATE ROLE owner LOGIN PASSWORD 'a-password'")
        first.execute("CREATE ROLE reader")
        first.execute("CREATE DATABASE shop OWNER owner")
    return f"{cluster.url.replace('shop@', 'owner:a-password@')}/shop"


KEPT = ("media", "private")
# What the migrations of a later version make.
LATER = """
CREATE TABLE later_gift (id int PRIMARY KEY, order_id bigint REFERENCES orders_order);
INSERT INTO later_gift SELECT 1, min(id) FROM orders_order;
CREATE TABLE later_alone (id int PRIMARY KEY);
CREATE VIEW later_view AS SELECT number FROM orders_order;
"""
NAMES = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
SCHEMA = (
    "SELECT nspowner::regrole || ' ' || nspacl::text FROM pg_namespace WHERE nspname = 'public'"
)


def run(own, *command: str, check: bool = True) -> subprocess.CompletedProcess:
    done = subprocess.run(
        command, env=own.env, cwd=services.ROOT, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def contents(own) -> dict[str, object]:
    with psycopg.connect(own.url) as connection:
        rows = {table: connection.execute(EVERYTHING.format(table)).fetchone() for table in TABLES}
    paths = [path for name in KEPT for path in (own.folder / name).rglob("*")]
    files = {path.name: path.read_bytes() for path in paths if path.is_file()}
    return rows | {"files": files}


def names(own) -> set[str]:
    """Of all that the database has, and whose it is."""
    with psycopg.connect(own.url) as connection:
        return {name for (name,) in connection.execute(f"{NAMES} UNION {SCHEMA}")}


def wipe(own) -> None:
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    for name in KEPT:
        shutil.rmtree(own.folder / name)


def test_a_wiped_shop_is_restored_with_orders_pictures_and_totals(own, tmp_path):
    run(own, sys.executable, "-c", FURNISH)
    told_us, asked = (own.folder / "private" / name for name in ("contact/a.jpeg", "exports/b.zip"))
    told_us.parent.mkdir(parents=True)
    told_us.write_bytes(b"a picture that came with a message")
    before, told = contents(own), json.loads(run(own, sys.executable, "manage.py", "tally").stdout)
    assert told["orders"] == {"awaiting": 3} and told["totals"]["awaiting"] > 0
    assert (told["pictures"], told["pictures without a file"]) == (1, 0)
    assert before["files"]

    asked.parent.mkdir()
    asked.write_bytes(b"a member's data, which is asked for again")
    backup = run(own, "ops/backup", str(tmp_path / "backups")).stdout.strip()
    assert [each.name for each in (tmp_path / "backups").iterdir()] == [backup.rsplit("/", 1)[1]]
    wipe(own)
    assert json.loads(run(own, "ops/restore", backup).stdout) == told
    assert contents(own) == before

    # A damaged one changes nothing.
    with open(f"{backup}/database.dump", "r+b") as dump:
        dump.seek(2000)
        dump.write(b"damage")
    assert run(own, "ops/restore", backup, check=False).returncode != 0
    assert contents(own) == before


def test_what_a_later_version_has_added_goes_when_one_goes_back(own, tmp_path):
    run(own, sys.executable, "-c", FURNISH)
    before, had = contents(own), names(own)
    backup = run(own, "ops/backup", str(tmp_path / "backups")).stdout.strip()
    with psycopg.connect(own.url) as connection:
        connection.execute(LATER)
    run(own, "ops/restore", backup)
    assert (contents(own), names(own)) == (before, had)
    run(own, sys.executable, "manage.py", "migrate", "--check")


@pytest.mark.parametrize("fault", ["it is cut short", "a role is not here"])
def test_a_database_that_cannot_be_loaded_changes_nothing(own, tmp_path, fault):
    run(own, sys.executable, "-c", FURNISH)
    picture = own.folder / "media/of-the-backup.jpeg"
    picture.write_bytes(b"")
    with psycopg.connect(own.url) as connection:
        connection.execute("GRANT SELECT ON orders_order TO reader")
    backup = run(own, "ops/backup", str(tmp_path / "backups")).stdout.strip()
    picture.unlink()
    with psycopg.connect(own.url) as connection:
        connection.execute(LATER)
    if fault == "it is cut short":
        os.truncate(f"{backup}/database.dump", os.path.getsize(f"{backup}/database.dump") * 2 // 3)
        sums = 'cd "$1" && sha256sum database.dump uploads.tar >SHA256SUMS'
        run(own, "sh", "-c", sums, "sh", backup)
    else:
        with psycopg.connect(own.superuser, autocommit=True) as connection:
            connection.execute("DROP OWNED BY reader")
            connection.execute("DROP ROLE reader")
    before, had = contents(own), names(own)
    assert run(own, "ops/restore", backup, check=False).returncode != 0
    assert (contents(own), names(own)) == (before, had)


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(tmp_path):
    away = {"DATABASE_URL": "postgresql://127.0.0.1:1/shop", "DATA_DIR": str(tmp_path)}
    own = SimpleNamespace(env=os.environ | away)
    assert run(own, "ops/backup", str(tmp_path / "backups"), check=False).returncode != 0
    assert list((tmp_path / "backups").iterdir()) == []
