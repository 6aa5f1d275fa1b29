"""Kill one part of the running demo stack after the other, and see that the shop stands.

`python3 ops/tools/rehearse.py http://localhost:8080` beside docker-compose.yml.
"""

import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from purchase import Browser, purchase

COMPOSE = ["docker", "compose", "--env-file", "ops/compose/demo.env", "--profile", "demo"]
SHOP = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8080"
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def compose(*words: str) -> None:
    subprocess.run([*COMPOSE, *words], check=True, capture_output=True)


@contextmanager
def without(part: str, signal: str = "SIGKILL") -> Iterator[None]:
    compose("kill", "--signal", signal, part)
    try:
        yield
    finally:
        if signal == "SIGSTOP":
            compose("kill", "--signal", "SIGCONT", part)
        compose("up", "--detach", "--no-deps", "--no-build", "--wait", part)


def status(path: str) -> tuple[int, float, str]:
    """What a new visitor is answered, within how many seconds, and Retry-After."""
    begun = time.monotonic()
    try:
        answer = DIRECTLY.open(SHOP + path, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    except OSError:
        return 0, time.monotonic() - begun, ""
    with answer:
        answer.read()
        return answer.status, time.monotonic() - begun, answer.headers.get("Retry-After") or ""


def always(path: str, times: int = 20) -> str:
    answers = [status(path) for _ in range(times)]
    assert {code for code, _seconds, _retry in answers} == {200}, answers
    return f"{times} of {times} answered, the slowest in {max(s for _, s, _ in answers):.1f} s"


def eventually(is_so: Callable[[], bool], seconds: int = 120) -> str:
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < seconds, "it did not come to pass"
        time.sleep(1)
    return f"after {time.monotonic() - begun:.0f} s"


def mails() -> int:
    return Browser().open(SHOP.replace("localhost", "mail.localhost")).text.count("<h2>")


def instance(part: str) -> str:
    with without(part):
        said = always("/cart/")
        purchase(SHOP)
    return f"{said}; bought and paid"


def cache(signal: str) -> str:
    browser = Browser()
    browser.send(browser.open(f"{SHOP}/p/tea-cup/"), "/cart/add/")
    with without("cache", signal):
        said = always("/cart/", 5)
        assert "/cart/lines/" in browser.open(f"{SHOP}/cart/").text, "the cart is lost"
        purchase(SHOP)
    assert "/cart/lines/" in browser.open(f"{SHOP}/cart/").text, "the cart is lost"
    return f"{said}; the cart is there, during and after; bought and paid"


def later(part: str) -> str:
    """Mail waits for a part and goes out once it is back."""
    before = mails()
    with without(part):
        purchase(SHOP)
    return f"bought and paid; mailed {eventually(lambda: mails() > before)}"


def beat() -> str:
    with without("beat"):
        purchase(SHOP)
    return "bought and paid"


def postgres() -> str:
    status("/")  # is kept
    with without("postgres"):
        code, seconds, retry = status("/p/tea-cup/")
        assert (code, retry) == (503, "30"), (code, retry)
        home, *_rest = status("/")
        assert home == 200, home
    back = eventually(lambda: status("/p/tea-cup/")[0] == 200)
    assert always("/p/tea-cup/")
    purchase(SHOP)
    return f"503 in {seconds:.1f} s, home 200; back {back}; bought and paid"


def nginx() -> str:
    with without("nginx"):
        assert status("/")[0] == 0
    return f"{always('/cart/')} when it was back"


def renewed() -> str:
    """Both instances, one after the other, while people put things into their carts."""
    begun, over = [], threading.Event()

    def shopping() -> None:
        while not over.is_set():  # a page that fails ends it
            browser = Browser()
            browser.send(browser.open(f"{SHOP}/p/tea-cup/"), "/cart/add/")
            browser.open(f"{SHOP}/cart/")
            begun.append(1)

    with ThreadPoolExecutor(2) as pool:
        shoppers = [pool.submit(shopping) for _ in range(2)]
        try:
            for part in ("web-1", "web-2"):
                compose("up", "-d", "--no-deps", "--no-build", "--force-recreate", "--wait", part)
        finally:
            over.set()
        for each in shoppers:
            each.result()
    assert len(begun) > 10, begun
    return f"{len(begun)} times put into a cart, no page failed"


FAULTS: dict[str, Callable[[], str]] = {
    "nothing": lambda: f"bought and paid: {purchase(SHOP).split('?')[0]}",
    "web-1 and web-2 renewed": renewed,
    "web-1 killed": lambda: instance("web-1"),
    "web-2 killed": lambda: instance("web-2"),
    "worker killed": lambda: later("worker"),
    "beat killed": beat,
    "cache killed": lambda: cache("SIGKILL"),
    "cache hangs": lambda: cache("SIGSTOP"),
    "broker killed": lambda: later("broker"),
    "postgres killed": postgres,
    "nginx killed": nginx,
}


def main() -> int:
    failed = 0
    for name, fault in FAULTS.items():
        try:
            print(f"ok      {name}: {fault()}", flush=True)
        except (AssertionError, SystemExit, OSError, subprocess.CalledProcessError) as problem:
            failed += 1
            print(f"FAILED  {name}: {str(problem)[:600]}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
