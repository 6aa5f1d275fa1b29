"""`BROKER_URL` as Celery's transport."""

from pathlib import Path
from typing import Any


def transport(url: str, data_dir: Path) -> tuple[str, dict[str, Any]]:
    """Return the broker's address and transport options (timeouts in seconds).

    `filesystem://` keeps the messages in `data_dir/queue`, so that no other service is needed.
    """
    if url.startswith("filesystem:"):
        folder = data_dir / "queue"
        options = {"data_folder_in": folder / "messages", "data_folder_out": folder / "messages"}
        options["control_folder"] = folder / "control"
        for path in options.values():
            path.mkdir(parents=True, exist_ok=True)
        return "filesystem://localhost", {name: str(path) for name, path in options.items()}
    return url, {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 0,  # a page does not wait for a broker that is down; a sweep comes later
    }
