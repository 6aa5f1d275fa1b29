from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages

# Helpers that know models are imported late: Django is not set up yet when this file is read.


@pytest.fixture
def editor(client: Any) -> Any:
    import factories

    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from buckets import buckets

    with buckets(tmp_path_factory.mktemp("s3")) as found:
        yield found


@pytest.fixture
def buckets(store: Any, settings: Any, monkeypatch: Any) -> Any:
    """The shop keeps its files in two new buckets; `settings` take it back."""
    from uploads import bucket

    bucket._connection.cache_clear()
    store.make()
    kept_in(store.env, settings, monkeypatch)
    return store


@pytest.fixture
def moved(buckets: Any, settings: Any, monkeypatch: Any) -> Any:
    """`moved(S3_ENDPOINT_URL=...)`: the same shop, told something else."""
    return lambda **more: kept_in(buckets.env | more, settings, monkeypatch)


def kept_in(env: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from config.store import Store
    from contact.models import Message

    store = Store.read(env)
    assert store
    settings.MEDIA_URL = env["MEDIA_URL"]
    settings.STORAGES = settings.STORAGES | store.storages(env["MEDIA_URL"])
    field = Message._meta.get_field("picture")
    monkeypatch.setattr(field, "storage", storages["private"])
