"""The programs that tests run against, each of them private to the run.

They listen on loopback ports of their own, keep their files in a temporary folder and end with
the tests, whatever happens to those.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from paypal_client import PayPal

ROOT = Path(__file__).resolve().parents[1]


class Missing(Exception):
    """A test that lacks its tool fails; it is never skipped."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is missing; get it with: ops/just tools")


def program(name: str, *folders: Path) -> str:
    path = os.pathsep.join([os.environ["PATH"], *map(str, folders)])
    if found := shutil.which(name, path=path):
        return found
    raise Missing(name)


def library(name: str) -> str:
    """Where Debian keeps it, whatever the machine's kind."""
    for found in Path("/usr/lib").glob(f"*/{name}"):
        return str(found)
    raise Missing(name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def setpriv(*options: str) -> list[str]:
    return ["setpriv", *options] if options and shutil.which("setpriv") else []


@contextmanager
def running(
    command: list[str],
    *,
    ready: Callable[[], bool],
    log: Path,
    env: Mapping[str, str] = os.environ,
    user: Sequence[str] = (),
) -> Iterator[subprocess.Popen]:
    """Start a program, wait until it is ready, end it in the end."""
    # Even a killed test run leaves nothing running, where the system offers that.
    command = [*setpriv("--pdeathsig", "INT", *user), *command]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
        )
    try:
        _wait(process, ready, log)
        yield process
    finally:
        _end(process)


def _wait(process: subprocess.Popen, ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args} did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _end(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGINT)  # by which PostgreSQL does not wait for its clients
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # a server that was killed leaves its workers
    process.wait()


@dataclass
class Part:
    """A program that is started, hurt, stopped and started again, by the thread that made it."""

    command: Callable[[], AbstractContextManager[subprocess.Popen]]
    stack: ExitStack = field(default_factory=ExitStack)
    process: subprocess.Popen | None = None

    def start(self) -> None:
        if not self.process:
            self.process = self.stack.enter_context(self.command())

    def stop(self) -> None:
        self.stack.close()
        self.process = None


# PostgreSQL


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of one's own, as quick as unsafe disk settings make it."""

    folder: Path
    user: Sequence[str]
    programs: Sequence[Path]
    port: int
    more: Sequence[str] = ()  # settings

    @property
    def url(self) -> str:
        return f"postgresql://shop@127.0.0.1:{self.port}"

    def make(self) -> None:
        initdb = program("initdb", *self.programs)
        subprocess.run(
            [*setpriv(*self.user), initdb, "-D", self.folder / "data", "-U", "shop", "-A", "trust"]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )

    @contextmanager
    def run(self) -> Iterator[subprocess.Popen]:
        """It may be run again once it has ended: what was committed is there."""
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories="]
        settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        settings += self.more
        options = [word for setting in settings for word in ("-c", setting)]
        postgres = program("postgres", *self.programs)
        command = [postgres, "-D", str(self.folder / "data"), "-p", str(self.port), *options]
        ready = lambda: _connects(self.url)  # noqa: E731
        log = self.folder / "log"
        with running(command, ready=ready, log=log, user=self.user) as process:
            yield process


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="shop-postgresql-"))
    try:
        yield cluster_in(folder, *settings)
    finally:
        shutil.rmtree(folder)


def cluster_in(folder: Path, *settings: str) -> Cluster:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    made = Cluster(folder, _unprivileged(folder), programs, free_port(), settings)
    made.make()
    return made


@contextmanager
def postgresql(*settings: str) -> Iterator[str]:
    """A cluster that runs; gives its DATABASE_URL."""
    with cluster(*settings) as made, made.run():
        yield f"{made.url}/shop"


def _unprivileged(folder: Path) -> Sequence[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid():
        return ()
    user = next(user for user in pwd.getpwall() if user.pw_name in {"postgres", "nobody"})
    os.chown(folder, user.pw_uid, user.pw_gid)
    return f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"


def _connects(url: str) -> bool:
    try:
        psycopg.connect(f"{url}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


# Redis


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    port = free_port()
    with redis_at(port, folder, "--appendonly", "no"):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def redis_at(port: int, folder: Path, *options: str) -> Iterator[subprocess.Popen]:
    command = [program("redis-server"), "--bind", "127.0.0.1", "--port", str(port)]
    command += ["--dir", str(folder), "--save", "", *options]
    with running(command, ready=lambda: listens(port), log=folder / "redis.log") as process:
        yield process


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", port))


# PayPal


@contextmanager
def paypal(folder: Path, *options: str) -> Iterator[PayPal]:
    """The simulator; what it recorded stays in its folder."""
    port = free_port()
    command = [sys.executable, "ops/paypal", "--port", str(port), "--data-dir", str(folder)]
    command += options
    log = folder / "paypal.log"
    with running(command, ready=lambda: listens(port), log=log) as process:
        yield PayPal(f"http://127.0.0.1:{port}", process=process)


# The shop


@dataclass(frozen=True)
class Shop:
    url: str
    process: subprocess.Popen
    log: Path


@contextmanager
def shop(folder: Path, *, workers: int, threads: int, env: Mapping[str, str]) -> Iterator[Shop]:
    """The shop's real server, as the demo and production start it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "config.wsgi:application", "--interface", "wsgi"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", str(threads), "--respawn-failed-workers"]
    command += ["--no-ws", "--workers-kill-timeout", "1"]  # a worker still starting ignores SIGTERM
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "served",
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in ("src", "tests")),
        "PORT": str(port),
        "SITE_URL": url,
        **env,
    }
    log = folder / f"shop-{port}.log"
    with running(command, ready=lambda: _answers(url), log=log, env=surroundings) as process:
        yield Shop(url, process, log)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
