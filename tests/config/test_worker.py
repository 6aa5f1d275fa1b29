"""What a worker does beside its tasks."""

import json
import time
import urllib.error
import urllib.request

import pytest

import services
from config import celery_app
from config import worker as beside
from web import request_ids
from workers import wait_for, worker

pytestmark = pytest.mark.outside


def test_a_task_bears_the_id_of_the_request_that_rang_for_it():
    request_ids.bear("d" * 32)
    sent: dict = {}
    beside._address(headers=sent)
    assert sent["request_id"] == "d" * 32
    assert time.time() - sent["published"] < 5


def test_its_logs_name_the_request_and_its_heartbeat_is_young(
    transactional_db, database_env, data_dir, redis_url, tmp_path
):
    """A real task that fails, through a real broker."""
    env = database_env | {"BROKER_URL": redis_url, "LOG_FORMAT": "json"}
    with worker(data_dir, env):
        request_ids.bear("e" * 32)
        with celery_app.connection_for_write(redis_url) as line:
            celery_app.send_task("web.tasks.clear_sessions", ["one too many"], connection=line)
        log = max(data_dir.glob("worker-*.log"), key=lambda path: path.stat().st_mtime)
        line = wait_for(lambda: _error(log.read_text()))
        assert line["request_id"] == "e" * 32
        assert time.time() - (data_dir / "run/heartbeat").stat().st_mtime < 30


def test_its_metrics_are_for_this_machine(transactional_db, database_env, data_dir, redis_url):
    port = services.free_port()
    env = database_env | {"BROKER_URL": redis_url, "METRICS_PORT": str(port)}
    with worker(data_dir, env):
        assert "shop_task_waited_seconds" in wait_for(lambda: _metrics("127.0.0.1", port))
        assert _metrics("127.0.0.2", port) is None


def _metrics(host: str, port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=5) as answer:
            return answer.read().decode()
    except urllib.error.URLError:
        return None


def _error(text: str) -> dict | None:
    entries = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return next((each for each in entries if each["level"] == "ERROR"), None)
