import pytest
from django.core.exceptions import ImproperlyConfigured

from config.server import Server

INSTANCES = 2


@pytest.mark.parametrize(
    ("cores", "workers", "threads"),
    [(1, 1, 32), (2, 1, 32), (4, 2, 16), (8, 4, 8), (64, 8, 4)],
)
def test_two_instances_share_the_cores_of_a_machine(cores, workers, threads):
    server = Server.read({}, cores)
    assert (server.workers, server.threads) == (workers, threads)


@pytest.mark.parametrize("cores", [1, 2, 8, 64])
def test_they_need_fewer_connections_than_postgresql_has(cores):
    server = Server.read({}, cores)
    assert INSTANCES * server.workers * server.threads <= 64


def test_every_number_can_be_said():
    given = {"WEB_WORKERS": "3", "WEB_THREADS": "5", "WEB_BACKPRESSURE": "70", "WEB_MAX_RSS": "300"}
    server = Server.read(given, 8)
    assert server == Server(workers=3, threads=5, backpressure=70, max_rss=300)
    words = " ".join(server.command("--uds", "x"))
    for option in ("--workers 3", "--blocking-threads 5", "--backpressure 70", "--uds x"):
        assert option in words


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_what_is_no_number_is_said(text):
    with pytest.raises(ImproperlyConfigured, match="WEB_WORKERS"):
        Server.read({"WEB_WORKERS": text}, 2)
