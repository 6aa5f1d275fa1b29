"""What each page costs in production's shape, as a multiple of the least that Django does.

PostgreSQL, Redis, Nginx and two Granian instances start in a folder of their own, with the demo's
catalogue copied until it has `--products`; docs/performance.md tells what is measured and how.
"""

import argparse
import gzip
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from redis import Redis

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "ops/bench")]

import lasting  # noqa: E402
from asking import HOST, Page, Pids, Run, Visitor, children, memory, run, worked  # noqa: E402

import production  # noqa: E402
import services  # noqa: E402


@contextmanager
def surroundings() -> Iterator[tuple[dict[str, str], Path, int]]:
    """What a server is told, its folder, and PostgreSQL's first process."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-bench-")))
        folder.chmod(0o755)
        cluster = stack.enter_context(services.cluster())
        stack.enter_context(cluster.run())
        with psycopg.connect(f"{cluster.url}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE shop")
        postmaster = int((cluster.folder / "data/postmaster.pid").read_text().split()[0])
        env = {
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": f"{cluster.url}/shop",
            "REDIS_URL": stack.enter_context(services.redis(folder)),
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "SITE_URL": f"https://{HOST}",
            "WEB_WORKERS": "1",
            "SHARED_SECONDS": "60",
        }
        (folder / "data").mkdir()
        yield env, folder, postmaster


def prepare(products: int, orders: int) -> tuple[int, int]:
    """Make the database and the static files; gives how many products and orders there are."""
    import django
    from django.core.management import call_command

    django.setup()
    import growing  # models are ready only now

    import demo

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    demo.restore(demo.load())
    return growing.copy_products(products), growing.copy_orders(orders)


def answer_of(page: Page) -> tuple[int, int]:
    """Bytes of a page, as Django writes it and as Nginx would send it."""
    _, body = Visitor(page.socket).ask(page, next(page.number))
    return len(body), len(gzip.compress(body, 5))


def measured(pages: list[Page], pids: dict[Path, Pids], options: Any) -> dict[str, list[Run]]:
    """Each page by turns, so that what disturbs the machine disturbs all alike."""
    runs: dict[str, list[Run]] = {page.name: [] for page in pages}
    for turn in range(-1, options.rounds):  # the first is to warm up
        for page in pages:
            found = run(page, options.seconds, options.visitors, pids[page.socket])
            if turn >= 0:
                runs[page.name].append(found)
            print(".", end="", file=sys.stderr, flush=True)
    return runs


def through_nginx(shop: production.Production, data: Path, seconds: float) -> str:
    """A shared page out of Nginx beside a file of the same size."""
    with shop.client() as client:
        body = client.get("/").content
        (data / "static/same-size.html").write_bytes(body)
        costs = {}
        for path in ("/", "/static/same-size.html") * 3:
            began, before, asked = time.monotonic(), worked(shop.nginx.pid), 0
            while time.monotonic() - began < seconds:
                client.get(path).raise_for_status()
                asked += 1
            cost = (worked(shop.nginx.pid) - before) / asked
            costs.setdefault(path, []).append((cost, asked / (time.monotonic() - began)))
    (page, page_rate), (file, file_rate) = (
        [median(column) for column in zip(*found, strict=True)] for found in costs.values()
    )
    return (
        f"Home out of Nginx: {page:.3f} ms of its CPU, {page_rate:.0f} a second to one visitor; "
        f"a file of {len(body)} bytes: {file:.3f} ms, {file_rate:.0f} a second; "
        f"ratio of the rates {page_rate / file_rate:.2f}."
    )


def table(pages: list[Page], runs: dict[str, list[Run]]) -> Iterator[str]:
    yield "| page | server ms | database ms | × the least | a second | p50 | p99 | bytes | gzip |"
    yield "| --- |" + " ---: |" * 8
    least = median(run.server for run in runs[pages[0].name])
    for page in pages:
        found = runs[page.name]
        server, database, rate, p50, p99 = (
            median(getattr(run, name) for run in found)
            for name in ("server", "database", "rate", "p50", "p99")
        )
        size, small = answer_of(page)
        yield (
            f"| {page.name} | {server:.2f} | {database:.2f} | {(server + database) / least:.1f} "
            f"| {rate:.0f} | {p50:.1f} | {p99:.1f} | {size} | {small} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each page in a round")
    parser.add_argument("--visitors", type=int, default=2, help="who ask at the same time")
    parser.add_argument(
        "--requests", type=int, default=0, help="look at memory over so many instead"
    )
    options = parser.parse_args()
    with surroundings() as (env, folder, postmaster), ExitStack() as stack:
        os.environ |= env | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        (products, orders), data = prepare(options.products, options.orders), Path(env["DATA_DIR"])
        shop = stack.enter_context(production.production(folder, data, env))
        limit = folder / "limit.sock"
        told = {"DJANGO_SETTINGS_MODULE": "limit", "PYTHONPATH": str(ROOT / "ops/bench")}
        least = stack.enter_context(production.instance("limit", folder, env | told))
        one = shop.one.socket
        pids = {one: Pids(shop.one.process.pid, postmaster), limit: Pids(least.pid, postmaster)}
        import pages  # of an app's models, which are ready only now

        all_pages = pages.every_page(one, limit, Redis.from_url(env["REDIS_URL"]))
        (worker,) = children(shop.one.process.pid)
        machine = f"{date.today()}, {os.cpu_count()} cores, {products} products, {orders} orders"
        if options.requests:
            found = lasting.looks(pages.often(all_pages), worker, options.requests)
            for line in chain([machine, ""], lasting.told(found)):
                print(line, flush=True)
            return
        runs = measured(all_pages, pids, options)
        print(f"\n{machine}\n")
        print(*table(all_pages, runs), sep="\n")
        print("\n" + through_nginx(shop, data, options.seconds))
        print(f"A server's worker has {memory(worker)} MiB.")


if __name__ == "__main__":
    main()
