"""Nginx, the sockets and Granian, as they stand in production."""

import os
import re
import signal
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

import factories
import production
import services
from dom import parse
from members.models import User
from production import counted, leave
from workers import server_workers, wait_for

pytestmark = pytest.mark.outside
HASHED = re.compile(r'href="(/static/css/shop\.[0-9a-f]{12}\.css)"')


# Shared pages


def test_a_page_is_rendered_once_and_then_kept_for_everybody_without_a_session(shop):
    page = shop.page("/c/tea/")
    first, second = shop.visit(page), shop.visit(page)
    assert [first.headers["X-Cache"], second.headers["X-Cache"]] == ["MISS", "HIT"]
    assert first.text == second.text
    assert "Set-Cookie" not in first.headers and "Set-Cookie" not in second.headers
    assert shop.visit(page, If_None_Match=second.headers["ETag"]).status_code == 304


def test_what_differs_is_kept_apart(shop):
    page = shop.page("/c/tea/")
    shop.visit(page)
    part = shop.visit(page, HX_Request="true", HX_Request_Type="partial")
    assert "<html" not in part.text and part.headers["X-Cache"] == "MISS"
    assert "<html" in shop.visit(page).text
    assert shop.visit("/zh-hant" + page).headers["X-Cache"] == "MISS"


def test_a_kept_page_is_compressed_once_and_is_there_for_who_reads_no_gzip(shop):
    page = shop.page()
    shown = {}
    for accepted, kept in {"gzip": "gzip", "identity": None}.items():
        assert shop.visit(page, Accept_Encoding=accepted).headers["X-Cache"] == "MISS"
        again = shop.visit(page, Accept_Encoding=accepted)
        assert (again.headers["X-Cache"], again.headers.get("Content-Encoding")) == ("HIT", kept)
        shown[accepted] = again.text
    assert shown["gzip"] == shown["identity"]


@pytest.mark.parametrize(
    "header",
    [
        {"Cookie": "a=b; __Host-sessionid=somebody"},
        {"Cookie": "sessionid=somebody"},
        {"Authorization": "Bearer of-somebody"},
    ],
)
def test_who_is_known_gets_a_page_of_their_own_which_is_not_kept(shop, header):
    page = shop.page()
    own = shop.visit(page, **header)
    assert own.headers["X-Cache"] == "BYPASS"
    assert shop.visit(page).headers["X-Cache"] == "MISS"
    assert shop.visit(page, **header).headers["X-Cache"] == "BYPASS"


def test_many_who_ask_at_once_wait_for_one_rendering(shop):
    page = shop.page("/c/tea/")
    before = len(shop.accesses())
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: shop.visit(page), range(12)))
    assert {answer.status_code for answer in answers} == {200}
    wait_for(lambda: len(shop.accesses()) >= before + 12)
    assert [each["cache"] for each in shop.accesses()[before:]].count("MISS") == 1


def test_a_page_past_its_time_is_shown_at_once_and_renewed_behind(shop):
    page, rare = shop.page(), shop.page()
    old = shop.visit(page)
    shop.visit(rare)
    time.sleep(4.2)  # SHARED_SECONDS, as Nginx rounds them
    stale = shop.visit(page)
    assert (stale.headers["X-Cache"], stale.text) == ("STALE", old.text)
    assert wait_for(lambda: shop.visit(page).headers["X-Cache"] == "HIT")
    time.sleep(3.3)
    assert shop.visit(rare).headers["X-Cache"] == "EXPIRED"  # nobody sees one of twice their age


def test_personal_pages_are_never_kept(shop):
    for _ in range(2):
        answer = shop.visit("/p/tea-cup/")
        assert "X-Cache" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert {each["cache"] for each in shop.accesses("/p/tea-cup/")} == {""}


def test_personal_pages_are_compressed_and_their_tokens_masked_anew(shop):
    """Else the lengths of many answers could tell of one token."""
    tokens = set()
    with shop.client(headers={"Accept-Encoding": "gzip"}) as client:
        for _ in range(2):
            answer = client.get("/p/tea-cup/")
            assert answer.headers["Content-Encoding"] == "gzip"
            tokens |= set(parse(answer.text).xpath("//input[@name='csrfmiddlewaretoken']/@value"))
    assert len(tokens) == 2


# Who asks


def sign_in(shop, client: httpx.Client, **headers: str) -> httpx.Response:
    return client.post(
        "/account/login/",
        data={"login": "ada@example.com", "password": "a long pass phrase"},
        headers={"Origin": shop.url} | headers,
    )


def test_people_sign_in_and_their_address_is_the_one_that_nginx_saw(shop):
    user = User.objects.create_user("ada@example.com", "a long pass phrase", name="Ada")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    with shop.client(address="127.0.0.9") as client:
        forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
        answer = sign_in(shop, client, **forged)
        assert answer.status_code in {302, 303}, answer.text
        cookies = {each.name: each for each in client.cookies.jar}
        for name in ("__Host-sessionid", "__Host-turn"):
            assert cookies[name].secure and cookies[name].path == "/"
        client.get("/account/")
    assert user.usersession_set.get().ip == "127.0.0.9"


def test_every_cookie_is_of_this_host_alone(shop):
    with shop.client() as client:
        client.get("/p/tea-cup/")
        assert "__Host-first_view" in client.cookies
        client.post("/viewed/clear/", headers={"Origin": shop.url})
        assert "__Host-messages" in client.cookies and "__Host-first_view" not in client.cookies
        for each in client.cookies.jar:
            assert each.name.startswith("__Host-") and each.secure, each.name


@pytest.mark.parametrize(
    ("forged", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"X-Forwarded-Host": "evil.example"}, 200),
        ({"X-Forwarded-Proto": "http"}, 200),
        ({"X-Forwarded-Port": "1", "Forwarded": "host=evil.example;proto=http"}, 200),
    ],
)
def test_what_a_visitor_says_about_host_and_scheme_is_not_believed(shop, forged, status):
    with shop.client(headers=forged) as client:
        answer = client.get("/cart/")
    assert answer.status_code == status
    assert "evil.example" not in answer.text


def test_who_comes_without_tls_is_led_to_it(shop):
    answer = httpx.get(shop.without_tls + "/cart/", trust_env=False)
    assert answer.status_code == 301
    assert answer.headers["Location"].startswith("https://127.0.0.1")
    kept = shop.visit("/cart/").headers["Strict-Transport-Security"]
    assert kept == "max-age=31536000; includeSubDomains; preload"


def test_tls_speaks_http_2(shop):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    url = httpx.URL(shop.url)
    with (
        socket.create_connection((url.host, url.port)) as line,
        context.wrap_socket(line) as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"
        assert secured.version() == "TLSv1.3"


def test_who_tries_too_often_is_asked_to_wait_in_both_languages(shop):
    with shop.client(address="127.0.0.5") as client:
        answers = [client.post("/account/nothing/") for _ in range(40)]
        other = client.get("/account/login/")
    last = answers[-1]
    assert answers[0].status_code == 404
    assert (last.status_code, last.headers["Retry-After"]) == (429, "60")
    assert "Please wait a moment" in last.text and "請稍候片刻" in last.text
    assert other.status_code == 200  # reading is not limited


@pytest.mark.parametrize(
    ("number", "method", "path", "burst"),
    [
        (11, "POST", "/zh-hant/checkout/", 30),
        (12, "POST", "/newsletter/", 6),
        (13, "POST", "/contact/", 6),
        (14, "GET", "/api/v1/products/", 40),
        (15, "POST", "/admin/login/", 20),
        (18, "GET", "/api/v1/staff/orders/", 80),
    ],
)
def test_one_address_cannot_do_everything_at_once(shop, number, method, path, burst):
    def visit(_number: int) -> int:
        return client.request(method, path).status_code

    # Side by side: what is allowed grows with time, and a slow machine would never reach it.
    with shop.client(address=f"127.0.0.{number}") as client, ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(visit, range(4 * burst)))
    assert burst <= len(statuses) - statuses.count(429) < len(statuses)


def test_programs_are_answered_by_problems(shop):
    with shop.client(address="127.0.0.16") as client, ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _n: client.get("/api/v1/session/"), range(160)))
        answers.append(client.post("/api/v1/contact/", content=b"x" * 12_600_000))
    problems = [each for each in answers if each.status_code != 200]
    assert {each.status_code for each in problems} == {429, 413}
    for each in problems:
        assert each.headers["Content-Type"] == "application/problem+json"
        assert each.json()["status"] == each.status_code
        if each.status_code == 429:
            assert each.headers["Retry-After"] == "5"  # seconds, in which it is as if nobody asked


def test_what_is_too_large_is_refused_in_words(shop):
    with shop.client() as client:
        answer = client.post("/cart/add/", content=b"x" * 12_600_000)
    assert answer.status_code == 413
    assert "That is too large" in answer.text


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/cart/add/", "text/html", "That is too large"),
        ("/api/v1/contact/", "application/problem+json", '"status":413'),
    ],
)
def test_so_it_is_over_http_2(shop, tmp_path, path, kind, words):
    """There Nginx looks at the length once more where it answers, and would cut the answer off."""
    body, answer = tmp_path / "body", tmp_path / "answer"
    body.write_bytes(b"x" * 12_600_000)
    told = "%{http_version} %{http_code} %{content_type}"
    command = ["curl", "--silent", "--insecure", "--http2", "--max-time", "30", "--noproxy", "*"]
    command += ["--data-binary", f"@{body}", "--output", answer, "--write-out", told]
    done = subprocess.run([*command, shop.url + path], capture_output=True, text=True)
    assert done.stdout.startswith(f"2 413 {kind}"), done.stdout
    assert words in answer.read_text()


def test_the_pages_of_nginx_itself_are_sound(nu):
    pages = sorted((services.ROOT / "ops/nginx/pages").glob("*.html"))
    assert len(pages) == 3
    assert nu({page.name: page.read_text() for page in pages}) == []


# Files


def test_static_files_come_compressed_and_to_be_kept_for_ever(shop):
    path = HASHED.search(shop.visit("/cart/").text)[1]
    for accepted, sent in {"br, gzip": "br", "gzip": "gzip", "identity": None}.items():
        answer = shop.visit(path, Accept_Encoding=accepted)
        assert answer.headers.get("Content-Encoding") == sent
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "margin" in answer.text
    assert {each["upstream"] for each in shop.accesses(path)} == {""}
    assert "immutable" not in shop.visit("/static/css/shop.css").headers["Cache-Control"]
    assert shop.visit("/static/css/shop.000000000000.css").status_code == 404
    for name, kind in {"js/shop.js": "text/javascript", "img/seal.svg": "image/svg+xml"}.items():
        assert shop.visit(f"/static/{name}").headers["Content-Type"].startswith(kind)


def test_uploads_are_shown_and_never_run(shop, data_dir):
    (data_dir / "media").mkdir(exist_ok=True)
    (data_dir / "media/evil.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    answer = shop.visit("/media/evil.svg")
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    nothing = shop.visit("/media/nothing.svg")
    assert nothing.status_code == 404
    for name in ("Content-Security-Policy", "X-Content-Type-Options"):
        assert nothing.headers[name] == answer.headers[name]
    assert shop.visit("/media/../db.sqlite3").status_code == 404


@pytest.mark.parametrize("asked", [["PARTIAL"], ["partial", "x"], ["x", "partial"]])
def test_nobody_brings_a_whole_page_where_others_ask_for_a_part(shop, asked):
    """Nginx and Django must see the same in a header, however it is written."""
    address = shop.page("/c/tea/")
    with shop.client() as client:
        client.get(address, headers=[("HX-Request-Type", each) for each in asked])
    whole, part = shop.visit(address), shop.visit(address, HX_Request_Type="partial")
    assert "<html" in whole.text and "<html" not in part.text


def test_links_of_letters_are_not_written_down(shop):
    """Who has one changes what its reader gets, for a year."""
    ways = ("/newsletter/preferences/", "/newsletter/leave/", "/zh-hant/newsletter/confirm/")
    before = len(shop.accesses())
    for way in ways:
        shop.visit(f"{way}1:a-link:of-ada/?a=b")

    def told():
        return {each["uri"] for each in shop.accesses()[before:]} >= {f"{way}-/" for way in ways}

    assert wait_for(told)  # written after the answer
    assert "of-ada" not in (shop.folder / "access.log").read_text()


def test_providers_of_mail_leave_for_many_readers_at_once(shop):
    with shop.client() as client:
        statuses = [client.post("/newsletter/leave/1:a:b/").status_code for _ in range(20)]
    assert set(statuses) == {404}


# When something falls


def test_one_instance_answers_for_two(shop):
    shop.two.stop()
    assert {shop.visit("/cart/").status_code for _ in range(8)} == {200}
    with shop.client(headers={"Sec-Fetch-Site": "same-origin"}) as client:
        variant = factories.variant()
        posts = [
            client.post("/cart/add/", data={"variant": variant.pk, "quantity": 1}) for _ in range(4)
        ]
    assert {answer.status_code for answer in posts} == {303}


class Anybody(BaseHTTPRequestHandler):
    """In place of an instance, which takes seconds to begin."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_an_instance_that_is_back_is_asked_at_once(shop):
    """A rolling renewal goes on to the second as soon as the first is healthy."""
    shop.one.stop()
    shop.two.stop()
    assert {shop.visit("/cart/").status_code for _ in range(8)} == {503}
    with in_place_of(shop.one, Anybody):
        assert {shop.visit("/cart/").status_code for _ in range(8)} == {200}


@contextmanager
def in_place_of(instance, somebody) -> Iterator[None]:
    instance.socket.unlink(missing_ok=True)
    with socketserver.UnixStreamServer(str(instance.socket), somebody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


class Without(Anybody):
    """An instance whose database is away."""

    status = 503


def test_while_the_database_is_away_shared_pages_are_old(shop):
    page = shop.page()
    known = shop.visit(page)
    shop.one.stop()
    shop.two.stop()
    time.sleep(7.5)  # past SHARED_SECONDS and the time for renewing behind
    with in_place_of(shop.one, Without):
        assert shop.visit("/cart/").status_code == 503
        old = shop.visit(page)
    assert (old.status_code, old.text) == (200, known.text)
    assert old.headers["X-Cache"] in {"STALE", "UPDATING"}


def test_without_any_instance_shared_pages_are_old_and_the_rest_is_a_plain_page(shop):
    page = shop.page()
    known = shop.visit(page)
    shop.one.stop()
    shop.two.stop()
    time.sleep(7.5)  # past SHARED_SECONDS and the time for renewing behind
    old = shop.visit(page)
    assert (old.status_code, old.headers["X-Cache"], old.text) == (200, "STALE", known.text)
    closed = shop.visit("/cart/")
    assert (closed.status_code, closed.headers["Retry-After"]) == (503, "60")
    assert "Closed for a moment" in closed.text and "暫停營業片刻" in closed.text
    style = parse(closed.text).xpath("string(//link[@rel='stylesheet']/@href)")
    assert shop.visit(style).headers["Content-Type"].startswith("text/css")
    assert closed.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_an_instance_whose_workers_die_again_and_again_ends_and_can_be_started_again(shop):
    """Granian's own limit: who started it starts it again, and nobody is turned away meanwhile."""

    def ended() -> bool:
        for pid in children(shop.two):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert shop.visit("/cart/").status_code == 200
        return shop.two.process.poll() is not None

    wait_for(ended)
    assert shop.visit("/cart/").status_code == 200
    shop.two.stop()
    shop.two.socket.touch()  # as a server leaves it that was killed itself
    shop.two.start()
    assert shop.two.process.poll() is None


def test_the_shop_is_closed_by_a_file_and_opened_by_its_removal(shop):
    switch = shop.folder / "maintenance"
    switch.touch()
    for path in ("/cart/", shop.page()):
        answer = shop.visit(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
        assert "Closed for a moment" in answer.text
    switch.unlink()
    assert shop.visit("/cart/").status_code == 200


def follow(instance) -> None:
    before = children(instance)
    instance.process.send_signal(signal.SIGHUP)
    wait_for(lambda: not before & children(instance), 60)


def restart(instance) -> None:
    leave(instance)
    assert not instance.socket.exists()
    instance.process.send_signal(signal.SIGTERM)
    assert instance.process.wait(60) == 0
    instance.stop()
    instance.start()


@pytest.mark.parametrize("way", [follow, restart])
def test_a_rolling_reload_under_load_fails_no_request(shop, way):
    time.sleep(5.5)  # a worker that has just begun may not hear yet that it should finish
    statuses, over = [], threading.Event()
    pk = factories.variant(stock=None).pk

    def shopping() -> None:
        with shop.client(headers={"Sec-Fetch-Site": "same-origin"}) as client:
            client.post("/cart/add/", data={"variant": pk, "quantity": 1})
            while not over.is_set():
                statuses.append(client.get("/p/tea-cup/").status_code)
                statuses.append(client.post(f"/cart/lines/{pk}/", data={"quantity": 2}).status_code)
                time.sleep(0.05)

    with ThreadPoolExecutor(3) as pool:
        shoppers = [pool.submit(shopping) for _ in range(3)]
        for each in (shop.one, shop.two):
            way(each)
        over.set()
        for each in shoppers:
            each.result()
    assert len(statuses) > 10
    assert set(statuses) == {200, 303}


def children(instance) -> set[int]:
    return set(server_workers(instance))


# What is seen from inside


def test_counts_of_all_workers_add_up_and_are_not_for_visitors(shop):
    def seen() -> float:
        texts = [httpx.get(f"{shop.inside}/metrics/{n}", trust_env=False).text for n in "12"]
        name, view = "shop_request_seconds_count", {"view": "cart:detail", "method": "GET"}
        assert all("shop_orders{" in text for text in texts)
        return sum(counted(text, name, status="200", **view) for text in texts)

    before = seen()
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: shop.visit("/cart/").status_code, range(24))) == {200}
    assert seen() == before + 24
    assert shop.visit("/metrics").status_code == 404
    assert shop.visit("/metrics/").status_code == 404


def test_a_request_has_one_name_in_every_log(shop):
    shop.visit("/nothing-here/", X_Request_ID="0" * 32)
    [access] = wait_for(lambda: shop.accesses("/nothing-here/"))  # written after the answer
    logs = "".join((shop.folder / f"web-{n}.log").read_text() for n in "12")
    [line] = [line for line in logs.splitlines() if "/nothing-here/" in line]
    assert f'"request_id": "{access["request_id"]}"' in line
    assert access["request_id"] != "0" * 32


def test_no_log_holds_a_query(shop):
    shop.visit("/orders/ABCD-2345/?key=a-secret")
    assert "a-secret" not in (shop.folder / "access.log").read_text()


def test_balancers_may_ask_how_it_is(shop):
    assert shop.visit("/healthz").text == "alive\n"
    assert shop.visit("/readyz").json()["database"] == "ok"


@pytest.mark.parametrize("name", ["nginx.conf", "demo.conf"])
def test_the_other_configurations_are_understood_by_nginx(tmp_path, data_dir, name):
    config = production.configure(tmp_path, data_dir, {"8080": services.free_port()})
    command = [*production.nginx_command(config, name), "-t", "-q"]
    subprocess.run(command, check=True, capture_output=True, text=True)


def test_so_is_that_of_a_machine_without_containers(tmp_path, data_dir):
    config = production.configure(tmp_path, data_dir, {"9180": services.free_port()})
    production.certificate(tmp_path / "tls")
    file = config / "host.conf"
    text = file.read_text().replace("user www-data;", "")
    for old in ("/run/nginx.pid", "/var/log/nginx"):
        assert old in text
        text = text.replace(old, f"{tmp_path}/{old.rpartition('/')[2]}")
    for port in ("80", "443"):
        assert re.search(rf"listen {port}\b", text)
        text = re.sub(rf"listen {port}\b", f"listen 127.0.0.1:{services.free_port()}", text)
    file.write_text(text)
    (tmp_path / "nginx").mkdir(exist_ok=True)
    command = [*production.nginx_command(config, "host.conf"), "-t", "-q"]
    subprocess.run(command, check=True, capture_output=True, text=True)
