"""The mail server of tests/smtp_sink.py in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services import free_port, listens, running


@dataclass(frozen=True)
class Sink:
    """A mail server; what it has accepted stands in its folder."""

    folder: Path
    port: int
    process: subprocess.Popen

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def accepted(self) -> list[tuple[str, str]]:
        """(recipient, Message-ID) of each letter, in order."""
        lines = (self.folder / "accepted").read_text().splitlines()
        return [(to, name) for to, _, name in (line.partition(" ") for line in lines)]


@contextmanager
def sink(folder: Path, *options: str) -> Iterator[Sink]:
    port = free_port()
    command = [sys.executable, "tests/smtp_sink.py", "--port", str(port), "--folder", str(folder)]
    with running(
        [*command, *options], ready=lambda: listens(port), log=folder / "sink.log"
    ) as process:
        yield Sink(folder, port, process)
