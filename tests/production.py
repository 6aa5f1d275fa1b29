"""The shop as in production: Nginx, before two instances of Granian on their sockets."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

import services

CONFIG = services.ROOT / "ops/nginx"


@dataclass
class Instance(services.Part):
    socket: Path = field(kw_only=True)


@dataclass
class Production:
    url: str
    without_tls: str
    inside: str
    folder: Path
    one: Instance
    two: Instance
    nginx: subprocess.Popen
    times: int = 0

    def visit(self, path: str = "/", **headers: str) -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.client(headers=names) as client:
            return client.get(path)

    def client(self, **more: Any) -> httpx.Client:
        transport = httpx.HTTPTransport(verify=False, local_address=more.pop("address", None))
        return httpx.Client(base_url=self.url, transport=transport, timeout=30, **more)

    def page(self, path: str = "/") -> str:
        """The address of a page that no test has asked for, so that Nginx does not have it."""
        self.times += 1
        return f"{path}?sort=price-up&n={self.times}"

    def accesses(self, path: str = "") -> list[dict[str, Any]]:
        lines = (self.folder / "access.log").read_text().splitlines()
        return [found for line in lines if path in (found := json.loads(line))["uri"]]

    def begin_again(self) -> None:
        (self.folder / "maintenance").unlink(missing_ok=True)
        for each in (self.one, self.two):
            each.start()


def answers_on(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(path))
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return b" 200 " in probe.recv(64)
        except OSError:
            return False


@contextmanager
def instance(name: str, folder: Path, env: Mapping[str, str]) -> Iterator[subprocess.Popen]:
    path = folder / f"{name}.sock"
    own = {"SOCKET": str(path), "PROMETHEUS_MULTIPROC_DIR": str(folder / f"{name}-metrics")}
    command = [sys.executable, "ops/web"]
    ready = lambda: answers_on(path)  # noqa: E731
    with services.running(
        command, ready=ready, log=folder / f"{name}.log", env=os.environ | env | own
    ) as process:
        yield process


def leave(which: Instance) -> None:
    """What comes before SIGTERM: by a hook of its container, or the `ExecStop` of its unit."""
    command = [sys.executable, "ops/web", "leave"]
    env = os.environ | {"SOCKET": str(which.socket)}
    subprocess.run(command, cwd=services.ROOT, env=env, check=True)


def configure(folder: Path, data_dir: Path, ports: Mapping[str, int]) -> Path:
    """Nginx's own configuration with the paths and ports of a test; gives its folder."""
    to = folder / "nginx"
    shutil.copytree(CONFIG, to, dirs_exist_ok=True)
    paths = {
        " /tmp": f" {folder}/tmp",  # the first, for other folders may be below it
        "/run/shop": folder,
        "/srv/shop": data_dir,
        "/var/cache/nginx/shop": folder / "cache",
        "/etc/nginx/pages": to / "pages",
        "/etc/nginx/tls": folder / "tls",
        "/dev/stdout": folder / "access.log",
    }
    words = {f"listen {old}": f"listen 127.0.0.1:{new}" for old, new in ports.items()}
    words["lock_timeout 3s"] = "lock_timeout 30s"  # how quick a page is depends on the machine
    for file in to.glob("*.conf"):
        text = file.read_text()
        for old, new in {**paths, **words}.items():
            text = text.replace(old, str(new))
        file.write_text(text.replace("worker_processes auto", "worker_processes 1"))
    (folder / "tmp").mkdir(exist_ok=True)
    return to


def certificate(folder: Path) -> None:
    """One that signs itself, for the loopback address."""
    if (folder / "fullchain.pem").exists():
        return
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + [
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            "privkey.pem",
            "-out",
            "fullchain.pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def nginx_command(config: Path, name: str) -> list[str]:
    user = "" if os.getuid() else "user root;"
    return [
        *(services.program("nginx", Path("/usr/sbin")), "-e", str(config.parent / "error.log")),
        *("-c", str(config / name), "-g", f"daemon off; {user}"),
    ]


@contextmanager
def production(folder: Path, data_dir: Path, env: Mapping[str, str]) -> Iterator[Production]:
    ports = {name: services.free_port() for name in ("8080", "8443", "9180")}
    certificate(folder / "tls")
    config = configure(folder, data_dir, ports)
    http, tls, inside = (f"127.0.0.1:{port}" for port in ports.values())
    surroundings = {"LOG_FORMAT": "json", "WEB_WORKERS": "2", "SHARED_SECONDS": "3"}
    surroundings |= {"SITE_URL": f"https://{tls}", **env}

    def made(name: str) -> Instance:
        started = lambda: instance(name, folder, surroundings)  # noqa: E731
        return Instance(started, socket=folder / f"{name}.sock")

    one, two = made("web-1"), made("web-2")
    with ExitStack() as stack:
        for each in (one, two):
            stack.callback(each.stop)
            each.start()
        nginx = stack.enter_context(
            services.running(
                nginx_command(config, "tls.conf"),
                ready=lambda: _answers(f"http://{http}/nginx/closed.html"),
                log=folder / "nginx.log",
            )
        )
        yield Production(
            f"https://{tls}", f"http://{http}", f"http://{inside}", folder, one, two, nginx
        )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def counted(text: str, name: str, **labels: str) -> float:
    """The sum of a metric's lines that have these labels."""
    found = 0.0
    for line in text.splitlines():
        said = re.match(r"(\w+)(?:\{(.*)\})? (\S+)$", line)
        if said and said[1] == name:
            has = dict(re.findall(r'(\w+)="([^"]*)"', said[2] or ""))
            found += float(said[3]) if labels.items() <= has.items() else 0
    return found
