"""The shop in production's shape, in a folder of its own, each of its parts to be hurt.

PostgreSQL, two Redis, Nginx with TLS before two instances of Granian of two workers each, a worker
of Celery and its beat, PayPal's simulator, and a mail server.
"""

import email
import email.policy
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg
from disk import Disk, small_disk
from table import NotMeasured

import production
import services
from paypal_client import PayPal
from services import Part, running

ROOM = 3_000_000_000  # bytes of PostgreSQL's disk, where it may have one of its own
CACHE = ("--appendonly", "no", "--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru")
BROKER = ("--appendonly", "yes", "--maxmemory", "200mb", "--maxmemory-policy", "noeviction")
WORKER = ["ops/worker", "--concurrency", "2", "--max-memory-per-child", "400000"]


@dataclass
class Stage:
    folder: Path
    env: dict[str, str]  # what the shop's processes are told
    cluster: services.Cluster
    database: Part
    disk: Disk | None
    cache: Part
    broker: Part
    paypal: PayPal
    shop: production.Production
    worker: Part
    beat: Part
    goods: Any = None  # what the load buys: mix.Goods
    should_be: dict[int, int | None] = field(default_factory=dict)  # pieces there ever were
    snapshots: dict[int, tuple[Any, ...]] = field(
        default_factory=dict
    )  # of orders, never to change

    @property
    def data(self) -> Path:
        return Path(self.env["DATA_DIR"])

    @property
    def certificate(self) -> Path:
        return self.folder / "tls/fullchain.pem"

    @property
    def instances(self) -> list[production.Instance]:
        return [self.shop.one, self.shop.two]

    @property
    def restarted(self) -> list[Part]:
        """What whoever started it starts again when it ends, as containers are."""
        return [*self.instances, self.worker, self.beat]

    def keep_running(self) -> None:
        for part in self.restarted:
            if part.process and part.process.poll() is not None:
                part.stop()
                part.start()

    def mails(self) -> list[EmailMessage]:
        """What the mail server was given, in the order it came."""
        read = email.message_from_bytes
        paths = sorted((self.folder / "mails").glob("*.eml"))
        return [read(path.read_bytes(), policy=email.policy.default) for path in paths]


def kill(part: Part, how: int = signal.SIGKILL) -> None:
    assert part.process
    os.kill(part.process.pid, how)
    if how == signal.SIGKILL:
        part.process.wait()


@contextmanager
def standing() -> Iterator[Stage]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-faults-")))
        folder.chmod(0o755)
        production.certificate(folder / "tls")
        os.environ["SSL_CERT_FILE"] = str(folder / "tls/fullchain.pem")  # PayPal tells over TLS
        cluster, disk = _cluster(folder / "postgresql", stack)
        database = _started(stack, cluster.run)
        with psycopg.connect(f"{cluster.url}/postgres", autocommit=True) as first:
            first.execute("CREATE DATABASE shop")
        cache, cache_url = _redis(stack, folder / "cache", *CACHE)
        broker, broker_url = _redis(stack, folder / "broker", *BROKER)
        retries = ("--retries", "1,2,4")
        paypal = stack.enter_context(services.paypal(folder, *retries))
        env = _told(folder, cluster.url, cache_url, broker_url, paypal.url)
        env |= {"EMAIL_URL": _mail_server(stack, folder)}
        ours = {"DJANGO_SETTINGS_MODULE": "config.settings", "SITE_URL": "https://127.0.0.1"}
        os.environ |= env | ours
        _furnish()
        shop = stack.enter_context(production.production(folder, Path(env["DATA_DIR"]), env))
        env |= {"SITE_URL": shop.url}
        worker = _started(stack, lambda: celery_worker(folder, env))
        beat = _started(stack, lambda: celery_beat(folder, env))
        paypal.deliver_to(f"{shop.url}/webhooks/paypal/")
        yield Stage(folder, env, cluster, database, disk, cache, broker, paypal, shop, worker, beat)


def _started(stack: ExitStack, command: Any) -> Part:
    part = Part(command)
    stack.callback(part.stop)
    part.start()
    return part


def _cluster(folder: Path, stack: ExitStack) -> tuple[services.Cluster, Disk | None]:
    folder.mkdir()
    try:
        disk = stack.enter_context(small_disk(folder, ROOM))
    except NotMeasured:
        disk = None
    return services.cluster_in(folder), disk


def _redis(stack: ExitStack, folder: Path, *options: str) -> tuple[Part, str]:
    folder.mkdir()
    port = services.free_port()
    part = _started(stack, lambda: services.redis_at(port, folder, *options))
    return part, f"redis://127.0.0.1:{port}/0"


def _told(folder: Path, database: str, cache: str, broker: str, paypal: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": f"{database}/shop",
        "REDIS_URL": cache,
        "BROKER_URL": broker,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PAYPAL_BASE_URL": paypal,
        **dict.fromkeys(("PAYPAL_CLIENT_ID", "PAYPAL_SECRET"), "shop"),
        "PAYPAL_WEBHOOK_ID": "SIMULATEDWEBHOOK",
        "WEB_WORKERS": "2",
        "SHARED_SECONDS": "60",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def _mail_server(stack: ExitStack, folder: Path) -> str:
    (folder / "mails").mkdir()
    smtp, http = services.free_port(), services.free_port()
    command = [sys.executable, "ops/mail", str(smtp), str(http), str(folder / "mails")]
    log = folder / "mail.log"
    stack.enter_context(running(command, ready=lambda: services.listens(smtp), log=log))
    return f"smtp://127.0.0.1:{smtp}"


def _furnish() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    import demo

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    demo.restore(demo.load())


def celery_worker(
    folder: Path, env: dict[str, str], name: str = "worker", *options: str
) -> AbstractContextManager[Popen]:
    """Alive once its heartbeat is, as its container's health check has it."""
    began, heartbeat = time.time(), Path(env["DATA_DIR"]) / "run/heartbeat"
    own = {"PROMETHEUS_MULTIPROC_DIR": str(folder / f"{name}-metrics")}
    return running(
        [*WORKER, *options],
        ready=lambda: heartbeat.exists() and heartbeat.stat().st_mtime >= began,
        log=folder / f"{name}.log",
        env=os.environ | env | own,
    )


def celery_beat(folder: Path, env: dict[str, str]) -> AbstractContextManager[Popen]:
    return running(
        ["ops/beat", "--schedule", str(folder / "beat")],
        ready=lambda: any(folder.glob("beat*")),
        log=folder / "beat.log",
        env=os.environ | env,
    )
