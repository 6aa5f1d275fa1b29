import gzip
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

import production


@pytest.fixture(scope="module")
def standing_production(
    tmp_path_factory: pytest.TempPathFactory, database_env: dict[str, str], data_dir: Path
) -> Iterator[production.Production]:
    folder = tmp_path_factory.mktemp("production")
    for style in (data_dir / "static/css").glob("*.css"):
        # As production collects them; for most tests this would take too long.
        style.with_name(style.name + ".gz").write_bytes(gzip.compress(style.read_bytes()))
        style.with_name(style.name + ".br").write_bytes(brotli.compress(style.read_bytes()))
    with production.production(folder, data_dir, database_env) as made:
        yield made
        for log in folder.glob("*.log"):
            print(log, log.read_text()[-3000:], sep="\n")


@pytest.fixture
def shop(
    transactional_db: None, demo: None, standing_production: production.Production
) -> production.Production:
    """Nginx before two instances, with the demo's catalogue, whatever a test before has done."""
    standing_production.begin_again()
    return standing_production
