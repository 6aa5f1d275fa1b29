"""A disk so small that it can be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from table import NotMeasured


@dataclass
class Disk:
    folder: Path
    size: int  # bytes

    def fill(self) -> None:
        """From now on not a byte more fits on it."""
        found = os.statvfs(self.folder)
        self._resize((found.f_blocks - found.f_bfree) * found.f_frsize)

    def make_room(self) -> None:
        self._resize(self.size)

    def _resize(self, size: int) -> None:
        command = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Disk]:
    """Over the folder, whose own content is hidden meanwhile. Raise NotMeasured."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(command, capture_output=True).returncode:
        raise NotMeasured("only root may mount a small disk")
    try:
        yield Disk(folder, size)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
