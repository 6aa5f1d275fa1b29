"""The environment is read in one place, and what is wrong in it is said plainly."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Env
from config.mail import mailer
from config.queue import transport

PRODUCTION = {
    "DATABASE_URL": "postgresql://localhost/shop",
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "inkandleaf.example, www.inkandleaf.example",
    "SITE_URL": "https://inkandleaf.example/",
}


@pytest.fixture
def read(tmp_path):
    return lambda **given: Env.read({"DATA_DIR": str(tmp_path)} | given)


def test_without_anything_an_instance_lives_in_its_folder(read, tmp_path):
    env = read()
    assert env.embedded
    assert not env.debug
    assert env.database_url == f"sqlite:///{tmp_path}/db.sqlite3"
    assert env.site_url == "http://127.0.0.1:8000"
    assert env.allowed_hosts == ["127.0.0.1", "localhost", "[::1]"]


def test_an_empty_variable_is_as_none(read):
    names = ("PORT", "DEBUG", "DATABASE_URL", "REDIS_URL", "SITE_URL", "LOG_FORMAT", "EMAIL_URL")
    assert read(**dict.fromkeys(names, "")) == read()


def test_the_address_follows_the_port(read):
    assert read(PORT="8123").site_url == "http://127.0.0.1:8123"


def test_the_secret_is_made_once_and_is_nobody_elses_to_read(read, tmp_path):
    first, second = read().secret_key, read().secret_key
    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_two_instances_have_two_secrets(tmp_path):
    keys = {Env.read({"DATA_DIR": str(tmp_path / name)}).secret_key for name in "ab"}
    assert len(keys) == 2


def test_processes_that_start_together_agree_on_the_secret(read):
    gate = threading.Barrier(16)

    def start(_):
        gate.wait()
        return read().secret_key

    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(start, range(16)))
    assert len(keys) == 1
    assert "" not in keys


def test_a_secret_that_is_just_being_written_is_waited_for(read, tmp_path):
    path = tmp_path / "secret-key"
    path.touch()
    timer = threading.Timer(0.1, path.write_text, ["of another process"])
    timer.start()
    assert read().secret_key == "of another process"
    timer.join()


def test_production_reads_what_it_needs(read):
    env = read(**PRODUCTION)
    assert not env.embedded
    assert env.allowed_hosts == ["inkandleaf.example", "www.inkandleaf.example"]
    assert env.site_url == "https://inkandleaf.example"


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL"])
def test_production_refuses_to_start_without(read, missing):
    with pytest.raises(ImproperlyConfigured, match=missing):
        read(**PRODUCTION | {missing: ""})


def test_everything_that_is_missing_is_said_at_once(read):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY, ALLOWED_HOSTS, SITE_URL"):
        read(DATABASE_URL=PRODUCTION["DATABASE_URL"])


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80.5", "²"])
def test_a_port_that_is_none_is_said(read, port):
    with pytest.raises(ImproperlyConfigured, match="PORT"):
        read(PORT=port)


def test_an_unknown_log_format_is_said(read):
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT"):
        read(LOG_FORMAT="xml")


@pytest.mark.parametrize(("text", "on"), [("1", True), ("TRUE", True), ("0", False), ("no", False)])
def test_debug_is_off_unless_told(read, text, on):
    assert read(DEBUG=text).debug is on


def test_a_secret_may_lie_in_a_file(read, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    assert read(SECRET_KEY_FILE=str(tmp_path / "key")).secret_key == "from a file"
    with pytest.raises(ImproperlyConfigured, match="not both"):
        read(SECRET_KEY_FILE=str(tmp_path / "key"), SECRET_KEY="x")
    with pytest.raises(ImproperlyConfigured, match="PAYPAL_SECRET_FILE"):
        read(PAYPAL_SECRET_FILE=str(tmp_path / "nothing"))


def test_a_file_counts_as_said_in_production(read, tmp_path):
    for name in ("DATABASE_URL", "SECRET_KEY"):
        (tmp_path / name).write_text(PRODUCTION[name])
    files = {f"{name}_FILE": str(tmp_path / name) for name in ("DATABASE_URL", "SECRET_KEY")}
    given = {name: PRODUCTION[name] for name in ("ALLOWED_HOSTS", "SITE_URL")}
    assert not read(**given, **files).embedded


def test_the_admins_address_is_chosen_by_the_operator(read):
    assert read().admin_path == "admin/"
    assert read(ADMIN_PATH="/back-office").admin_path == "back-office/"
    for bad in ("../x", "a?b", "//evil"):
        with pytest.raises(ImproperlyConfigured, match="ADMIN_PATH"):
            read(ADMIN_PATH=bad)


class TestMailer:
    def test_files(self):
        found = mailer("file:///a%20folder/mail")
        assert found["OPTIONS"] == {"folder": "/a folder/mail"}

    def test_smtp(self):
        options = mailer("smtp://post:pass%40word@mail.example:2525")["OPTIONS"]
        assert (options["host"], options["port"]) == ("mail.example", 2525)
        assert (options["username"], options["password"]) == ("post", "pass@word")
        assert options["use_tls"]
        assert not options["use_ssl"]
        assert options["timeout"]

    def test_smtps(self):
        options = mailer("smtps://mail.example")["OPTIONS"]
        assert (options["port"], options["use_ssl"], options["use_tls"]) == (465, True, False)

    def test_a_password_is_never_sent_in_the_clear(self):
        for scheme in ("smtp", "smtps"):
            options = mailer(f"{scheme}://a:b@mail.example")["OPTIONS"]
            assert options["use_tls"] or options["use_ssl"]

    @pytest.mark.parametrize("url", ["imap://mail.example", "mail.example", ""])
    def test_anything_else_is_said(self, url):
        with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
            mailer(url)


class TestBroker:
    def test_files_need_no_other_service(self, tmp_path):
        url, options = transport("filesystem://", tmp_path)
        assert url.startswith("filesystem://")
        assert options["data_folder_in"] == options["data_folder_out"]
        for folder in options.values():
            assert folder.startswith(str(tmp_path / "queue"))

    def test_a_broker_that_hangs_has_an_end(self, tmp_path):
        url, options = transport("redis://127.0.0.1:6379/1", tmp_path)
        assert url == "redis://127.0.0.1:6379/1"
        assert options["socket_connect_timeout"] <= 1
        assert options["socket_timeout"] <= 5


PAYPAL = {
    "PAYPAL_BASE_URL": "https://api-m.sandbox.paypal.example/",
    "PAYPAL_CLIENT_ID": "the client",
    "PAYPAL_SECRET": "the secret",
    "PAYPAL_WEBHOOK_ID": "the webhook",
}


def test_without_anything_paypal_is_the_simulator_beside_the_instance(read):
    assert read(PORT="8123").paypal["base_url"] == "http://127.0.0.1:9123"
    assert read(PORT="65000").paypal["base_url"] == "http://127.0.0.1:64000"


def test_production_has_no_paypal_unless_told(read):
    assert read(**PRODUCTION).paypal is None
    assert read(**PRODUCTION, **PAYPAL).paypal == {
        "base_url": "https://api-m.sandbox.paypal.example",
        "client_id": "the client",
        "secret": "the secret",
        "webhook_id": "the webhook",
    }


@pytest.mark.parametrize("missing", PAYPAL)
def test_paypal_needs_all_four(read, missing):
    with pytest.raises(ImproperlyConfigured, match=missing):
        read(**PRODUCTION, **PAYPAL | {missing: ""})
