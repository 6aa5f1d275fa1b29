"""The whole shop on this machine: prepare DATA_DIR, then run the server and the worker until
Ctrl-C. With --reload, the server is Django's own for development, with debug pages."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config.env import Env

# A demo is complete in itself: services of another instance are none of its business.
ELSEWHERE = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "EMAIL_URL")
ELSEWHERE += ("PAYPAL_BASE_URL", "PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID")


def main(reload: bool) -> str | None:
    """Return what went wrong, if anything."""
    for name in ELSEWHERE:
        os.environ.pop(name, None)
    if reload:
        os.environ["DEBUG"] = "1"
    try:
        env = Env.read()
    except ImproperlyConfigured as error:
        return str(error)
    for port in (env.port, _paypal(env)[1]):
        if _is_taken(port):
            return f"Port {port} is taken: choose another, as in PORT={env.port + 1} ops/just demo"
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _prepare(env)
        return _run(_commands(env, reload), env)
    except KeyboardInterrupt:
        return None


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _prepare(env: Env) -> None:
    """In one process, since each start of Python and Django takes its time."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_demo")
    if not env.debug:
        _collect_static(env.data_dir / "static.stamp")


def _collect_static(stamp: Path) -> None:
    """Compressing takes seconds, so only what has changed is collected."""
    from django.contrib.staticfiles.finders import get_finders

    files = [
        Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list([])
    ]
    now = "\n".join(f"{file} {file.stat().st_mtime_ns}" for file in files)
    if not stamp.exists() or stamp.read_text() != now:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)


def _commands(env: Env, reload: bool) -> dict[str, list[str]]:
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return {
        "simulator of PayPal": _simulator(env),
        "server": _server(env, reload),
        "worker": _celery("worker", "--pool", "solo", *alone),
        "beat": _celery("beat", "--pidfile=", "--schedule", str(env.data_dir / "beat")),
    }


def _paypal(env: Env) -> tuple[str, int]:
    """The address and port of the simulator."""
    address = env.paypal["base_url"] if env.paypal else ""
    return address, urlsplit(address).port or 0


def _simulator(env: Env) -> list[str]:
    options = ["--port", str(_paypal(env)[1]), "--data-dir", str(env.data_dir / "paypal")]
    options += ["--shop-webhook", f"http://127.0.0.1:{env.port}/webhooks/paypal/"]
    return ["ops/paypal", *options, "--webhook-id", "simulator"]


def _server(env: Env, reload: bool) -> list[str]:
    if reload:
        return ["manage.py", "runserver", f"127.0.0.1:{env.port}"]
    options = ["--host", "127.0.0.1", "--port", str(env.port), "--interface", "wsgi", "--no-ws"]
    options += ["--workers", "1", "--blocking-threads", "4", "--respawn-failed-workers"]
    options += ["--workers-kill-timeout", "5", "--log-level", "warning"]
    return ["-m", "granian", *options, "config.wsgi:application"]


def _celery(*words: str) -> list[str]:
    # Celery warns against root, which is who runs a demo in a container.
    python = ["-W", "ignore:You're running the worker", "-m", "celery"]
    return [*python, "--app", "config.celery", "--quiet", *words, "--loglevel", "warning"]


def _run(commands: dict[str, list[str]], env: Env) -> str | None:
    processes = {}
    try:
        for name, command in commands.items():
            processes[name] = subprocess.Popen([sys.executable, *command])
        announced = False
        while not (dead := [name for name, run in processes.items() if run.poll() is not None]):
            if not announced and _answers(env.port):
                _announce(env)
                announced = True
            time.sleep(0.2)
        return f"The {dead[0]} ended with code {processes[dead[0]].returncode}, so the demo ends."
    finally:
        _stop(list(processes.values()))


def _stop(processes: list[subprocess.Popen]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # already on our way
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _announce(env: Env) -> None:
    editor = (env.data_dir / "editor.txt").read_text().strip().replace("\n", "\n" + " " * 14)
    print(
        f"""
The shop is open. Ctrl-C closes it.

  Shop        {env.site_url}/
  in Chinese  {env.site_url}/zh-hant/
  Admin       {env.site_url}/{env.admin_path}
              {editor}
  Mail        {env.data_dir / "mail"}
  PayPal      {_paypal(env)[0]}/ (a simulator: no money moves)
""",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(reload="--reload" in sys.argv))
