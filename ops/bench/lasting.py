"""The memory of one worker that is asked many times, by turns for each kind of page."""

from collections.abc import Iterator
from functools import partial
from itertools import cycle

from asking import Page, Visitor, at_once, memory

STEP = 10_000  # requests between two looks
VISITORS = 2
WARM = 0.2  # of all requests: threads and kept templates fill up until then


def looks(pages: list[Page], worker: int, requests: int) -> Iterator[tuple[int, int]]:
    """(requests so far, MiB)"""
    yield 0, memory(worker)
    for asked in range(STEP, requests + 1, STEP):
        at_once(VISITORS, partial(_ask, pages))
        yield asked, memory(worker)


def _ask(pages: list[Page]) -> None:
    kept = {page.socket: Visitor(page.socket) for page in pages}
    for _, page in zip(range(STEP // VISITORS), cycle(pages), strict=False):
        answer, _body = kept[page.socket].ask(page, next(page.number))
        if answer.status not in {200, 303}:
            raise RuntimeError(f"{page.name}: {answer.status}")


def told(found: Iterator[tuple[int, int]]) -> Iterator[str]:
    """Lines of a table, each as soon as it is known."""
    yield "| requests | MiB |"
    yield "| ---: | ---: |"
    seen = []
    for asked, mib in found:
        seen.append((asked, mib))
        yield f"| {asked:,} | {mib} |"
    requests, end = seen[-1]
    warm, begun = next(look for look in seen if look[0] >= WARM * requests)
    yield f"\nFrom {warm:,} to {requests:,} requests it has grown by {end - begun} MiB."
