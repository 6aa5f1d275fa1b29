"""What all tests stand on. The suite runs on SQLite, or with TEST_DATABASE=postgresql on that."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection
from django.test import override_settings
from playwright.sync_api import expect, sync_playwright
from whitenoise.base import WhiteNoise

import emptied
import judges
import once
import services
from paypal_client import PayPal
from races import SERVER

# Nothing of the developer's own instance may reach the tests, nor the tests reach it.
OURS = [
    *("PORT", "DATA_DIR", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DEBUG", "DATABASE_URL"),
    *(
        "REDIS_URL",
        "BROKER_URL",
        "EMAIL_URL",
        "CONTACT_EMAIL",
        "PAYPAL_BASE_URL",
        "PAYPAL_CLIENT_ID",
    ),
    *("PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID", "MEDIA_URL", "STATIC_URL", "SENTRY_DSN", "LOG_FORMAT"),
    *("DATABASE_PASSWORD", "ADMIN_PATH", "TRUSTED_PROXIES", "METRICS_PORT", "SHARED_SECONDS"),
    *("LETTERS_EMAIL_URL", "LETTERS_PER_SECOND", "LETTERS_AT_ONCE", "MAIL_WEBHOOK_SECRET"),
    *("S3_BUCKET", "S3_PRIVATE_BUCKET", "S3_ENDPOINT_URL", "S3_REGION"),
    *("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"),
    *("SOCKET", "WEB_WORKERS", "WEB_THREADS", "METRICS_HOST", "PROMETHEUS_MULTIPROC_DIR"),
]

# Folders of what asks no database, or nothing that depends on which.
EMBEDDED = {"house", "money", "paypal", "nginx", "web", "content", "uploads"}
WHOLE = {"pages", "fragments"}  # each kind of page and of answer, in both languages
OUTSIDE = {
    "shop_server",
    "standing_shop",
    "paying_shop",
    "racing_shop",
    "paypal_server",
    "browser",
    "redis_url",
    "kept",
    "nu",
    "buckets",
}

CHROMIUM = [
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]

hypothesis.settings.register_profile("shop", deadline=None)
hypothesis.settings.load_profile("shop")

# The machines that run this are slow at times; nothing here depends on how quick a page is.
expect.set_options(timeout=20_000)


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before Django reads it."""
    if not hasattr(config, "workerinput"):
        _begin_run(config)
    os.environ["DATA_DIR"] = tempfile.mkdtemp(dir=os.environ["TEST_FOLDER"])
    # Playwright keeps an event loop in the tests' thread, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Only for the moment: workers that inherit it would read the settings before coming here.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
    # Scrambling a password takes half a second, and hundreds of tests sign somebody in.
    PBKDF2PasswordHasher.iterations = 1


def _begin_run(config: pytest.Config) -> None:
    """Once per run: pytest-xdist's workers inherit what is set here."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    for name in OURS:
        os.environ.pop(name, None)
    # Nobody listens there: a test that wants PayPal starts the simulator.
    os.environ["PAYPAL_BASE_URL"] = "http://127.0.0.1:9"
    os.environ |= dict.fromkeys(
        ("PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID"), "SIMULATEDWEBHOOK"
    )
    os.environ["TEST_FOLDER"] = folder = tempfile.mkdtemp(prefix="shop-tests-")
    config.add_cleanup(lambda: shutil.rmtree(folder))
    if os.environ.get("TEST_DATABASE") == "postgresql":
        stack = ExitStack()
        config.add_cleanup(stack.close)
        # Between tests tables are empty. Analysed then, they make any nested loop look free.
        os.environ["DATABASE_URL"] = stack.enter_context(services.postgresql("autovacuum=off"))
        os.environ["SECRET_KEY"] = "of the tests: " + "x" * 50
        os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost"
        os.environ["SITE_URL"] = "http://127.0.0.1:8000"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        for marker in _markers(item, set(getattr(item, "fixturenames", ()))):
            item.add_marker(marker)
    yield
    # These share what takes longest to start. Whoever begins with them does all of them.
    items.sort(key=lambda item: item.path.parent.name != "nginx")


def _markers(item: pytest.Item, wanted: set[str]) -> Iterator[str]:
    """By the fixtures that a test asks for, and by its folder."""
    if wanted & OUTSIDE:
        yield "outside"
    if wanted & WHOLE:
        yield "whole"
    if wanted & {"demo_rows", "standing_shop"}:
        yield "django_db"  # the database is made only if some test says that it needs one
    if "page" in wanted:
        yield "journey"
    if "zh-hant" in item.name:
        yield "slow"
    of_pages = wanted & WHOLE | wanted & {"browser", "nu"} or item.get_closest_marker("whole")
    folder = item.path.relative_to(services.ROOT / "tests").parts[0]
    if (of_pages or folder in EMBEDDED) and not item.get_closest_marker("postgres"):
        yield "embedded"


@pytest.fixture(scope="session", autouse=True)
def _emptied() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", emptied.statements)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_told: None)
        yield


@pytest.fixture(scope="session")
def data_dir() -> Path:
    return Path(os.environ["DATA_DIR"])


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> Iterator[None]:
    """Pages name static files by their hashes, which are known once they are collected."""
    shutil.copytree(once.per_run("static", _collected), settings.STATIC_ROOT, dirs_exist_ok=True)
    look = _looked_for_once(WhiteNoise.update_files_dictionary)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", look)
        yield


def _looked_for_once(look: Callable[..., None]) -> Callable[..., None]:
    """Every test's client begins by looking through all of them: a third of the tests' time."""
    found: dict[tuple[str, str], dict] = {}

    def look_once(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in found:
            look(self, root, prefix)
            found[root, prefix] = dict(self.files)
        self.files |= found[root, prefix]

    return look_once


def _collected() -> Path:
    """They are not compressed here, which would take most of the time."""
    folder = Path(os.environ["TEST_FOLDER"], "collected")
    with override_settings(
        STATIC_ROOT=folder,
        WHITENOISE_SKIP_COMPRESS_EXTENSIONS=["css", "js", "svg", "txt", "map"],
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, data_dir: Path) -> None:
    """A copy of one that has been migrated once for all of pytest-xdist's workers.

    On SQLite it is the instance's own file, so that its server uses it too.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(data_dir / "db.sqlite3")
        shutil.copy(once.per_run("migrated", once.sqlite), database["TEST"]["NAME"])
    else:
        database["TEST"]["TEMPLATE"] = once.per_run("migrated", once.postgresql)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    return True  # what is left to migrate is nothing, and all goes with the run's folder


@pytest.fixture(scope="session")
def demo_rows(django_db_setup: None, django_db_blocker) -> list:
    import demo  # models are ready only now

    with django_db_blocker.unblock():
        return demo.load()


@pytest.fixture
def demo(db: None, demo_rows: list) -> None:
    """The shop with its demo catalogue."""
    import demo

    demo.restore(demo_rows)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with services.redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def kept(redis_url: str) -> Iterator[Any]:
    """What the shop keeps is kept in Redis, and is empty now."""
    from keeping import kept_in

    with kept_in(redis_url.replace("/0", "/1")) as store:  # in /0 may be a broker's messages
        yield store


@pytest.fixture(scope="session")
def paypal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayPal]:
    folder = tmp_path_factory.mktemp("paypal")
    with services.paypal(folder, "--retries", "0.1,0.1,0.1") as paypal:
        yield paypal
        print((folder / "paypal.log").read_text())


@pytest.fixture
def paypal(paypal_server: PayPal) -> Iterator[PayPal]:
    """The simulator of PayPal, without faults and delivering no events; what others did stays."""
    paypal_server.deliver_to("")
    yield paypal_server
    paypal_server.clear_faults()
    paypal_server.deliver_to("")
    paypal_server.control("POST", "clock", {"shift": 0})


@pytest.fixture
def adapter(paypal: PayPal, monkeypatch: pytest.MonkeyPatch):
    """The shop's PayPal, at the simulator."""
    from payments import PROVIDERS
    from payments.paypal import PayPal as Adapter

    keys = {"client_id": "shop", "secret": "secret", "webhook_id": "SIMULATEDWEBHOOK"}
    adapter = Adapter(keys | {"base_url": paypal.url, "brand": "Ink & Leaf"})
    monkeypatch.setitem(PROVIDERS, "paypal", adapter)
    return adapter


@pytest.fixture(scope="session")
def database_env(django_db_setup: None) -> dict[str, str]:
    """What tells a server to use the tests' database; on SQLite it is the instance's own."""
    if connection.vendor != "postgresql":
        return {}
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    return {"DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}"}


@pytest.fixture
def shop_server(
    transactional_db: None, database_env: dict[str, str], data_dir: Path
) -> Iterator[Callable[..., services.Shop]]:
    """Start the shop on the test database: `shop_server(workers=2, REDIS_URL=redis_url)`."""
    with ExitStack() as stack:

        def start(workers: int = 1, threads: int = 4, **more: str) -> services.Shop:
            shop = stack.enter_context(
                services.shop(data_dir, workers=workers, threads=threads, env=database_env | more)
            )
            stack.callback(lambda: print(shop.log.read_text()))  # pytest shows it on failure
            return shop

        yield start


@pytest.fixture(scope="session")
def standing_shop(database_env: dict[str, str], data_dir: Path) -> Iterator[services.Shop]:
    """One server for all tests that are content with it as it is; it starts in seconds."""
    with services.shop(data_dir, workers=1, threads=4, env=database_env) as shop:
        yield shop
        print(shop.log.read_text())


@pytest.fixture(scope="module")
def racing_env(
    database_env: dict[str, str], paypal_server: PayPal, redis_url: str
) -> dict[str, str]:
    """What a server and a worker need to share one database, one broker and one PayPal."""
    return database_env | {"PAYPAL_BASE_URL": paypal_server.url, "BROKER_URL": redis_url}


@pytest.fixture(scope="module")
def racing_server(racing_env: dict[str, str], data_dir: Path) -> Iterator[services.Shop]:
    with services.shop(data_dir, **SERVER, env=racing_env) as shop:
        yield shop
        print(shop.log.read_text())


@pytest.fixture
def racing_shop(transactional_db: None, racing_server: services.Shop) -> services.Shop:
    """A shop of several processes with PayPal, which a file of tests shares."""
    return racing_server


@pytest.fixture
def paypal_env(paypal: PayPal) -> dict[str, str]:
    """What leads a server to the simulator: `shop_server(**paypal_env)`."""
    return {"PAYPAL_BASE_URL": paypal.url}


@pytest.fixture
def at_paypal(paypal: PayPal, monkeypatch: pytest.MonkeyPatch) -> PayPal:
    """The verbs, called in this process, speak to the simulator as well."""
    from payments import PROVIDERS

    monkeypatch.setitem(PROVIDERS, "paypal", type(PROVIDERS["paypal"])(known(paypal)))
    return paypal


def known(paypal: PayPal) -> dict[str, str]:
    return settings.PAYPAL | {"base_url": paypal.url}


@pytest.fixture(scope="session")
def standing_paying_shop(
    database_env: dict[str, str], data_dir: Path, paypal_server: PayPal
) -> Iterator[services.Shop]:
    env = database_env | {"PAYPAL_BASE_URL": paypal_server.url}
    with services.shop(data_dir, workers=1, threads=4, env=env) as shop:
        yield shop
        print(shop.log.read_text())


@pytest.fixture
def paying_shop(
    transactional_db: None, standing_paying_shop: services.Shop, paypal: PayPal
) -> services.Shop:
    """A shop with PayPal, which tells it of what happens there."""
    paypal.deliver_to(f"{standing_paying_shop.url}/webhooks/paypal/")
    return standing_paying_shop


@pytest.fixture
def shop(shop_server: Callable[..., services.Shop]) -> services.Shop:
    return shop_server()


@pytest.fixture(scope="session")
def chromium():
    """Debian's, without the windows that would cost a quarter more time.

    It is started with what Playwright's `launch` takes; nothing is downloaded.
    """
    with sync_playwright() as playwright:
        yield partial(
            playwright.chromium.launch,
            executable_path=services.program("chromium-headless-shell"),
            args=CHROMIUM,
        )


@pytest.fixture(scope="session")
def browser(chromium):
    browser = chromium()
    yield browser
    browser.close()


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture
def page(browser, shop: services.Shop, javascript: bool):
    """A new visitor's window on the shop, with and without JavaScript: `page.goto("/")`."""
    context = browser.new_context(base_url=shop.url, java_script_enabled=javascript)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: "Content Security" in said.text and faults.append(said.text))
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="session")
def nu() -> Callable[[dict[str, str]], list[str]]:
    """`assert nu({"home": html}) == []`; give it many documents at once."""
    return judges.nu
