from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import sinks


@pytest.fixture
def sink(tmp_path: Path, settings) -> Iterator[Callable[..., sinks.Sink]]:
    """Start a mail server to which letters go: `sink()`, or with its options."""
    with ExitStack() as stack:

        def start(*options: str) -> sinks.Sink:
            made = stack.enter_context(sinks.sink(tmp_path, *options))
            settings.MAILERS = settings.MAILERS | {"letters": mailer_to(made)}
            return made

        yield start


def mailer_to(sink: sinks.Sink) -> dict:
    from config.mail import mailer

    return mailer(sink.url)


@pytest.fixture(autouse=True)
def _no_doorbell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests send by themselves, or start a worker, which is rung for by its sweep."""
    monkeypatch.setattr("campaigns.models.campaign.ring", lambda task, pk: None)
