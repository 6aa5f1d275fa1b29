import os

import pytest
from django.http import HttpResponse

import once

# Helpers that know models are imported late: Django is not set up yet when this file is read.


@pytest.fixture(scope="session")
def pages(demo_rows: list, _static_files: None, django_db_blocker) -> dict:
    """Every kind of page in both languages."""
    import kinds

    with django_db_blocker.unblock():
        return _drawn("pages", kinds.every_page, demo_rows)


@pytest.fixture(scope="session")
def fragments(demo_rows: list, _static_files: None, django_db_blocker) -> dict:
    """Every kind of answer to htmx in both languages."""
    import kinds

    with django_db_blocker.unblock():
        return _drawn("fragments", kinds.every_fragment_answer, demo_rows)


def _drawn(what: str, every, rows: list) -> dict:
    """Each of the languages by another of pytest-xdist's workers, if two want them at once."""
    import kinds

    def draw(language: str) -> dict:
        found = kinds.in_language(language, every, rows)
        return {name: _plain(answer) for name, answer in found.items()}

    languages = list(kinds.LANGUAGES)
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0")[-1] in "13579":
        languages.reverse()
    found = {
        each: once.per_run(f"{what}-{each}", lambda each=each: draw(each)) for each in languages
    }
    return {name: answer for each in kinds.LANGUAGES for name, answer in found[each].items()}


def _plain(answer: HttpResponse) -> HttpResponse:
    """What of it can be handed to another process."""
    plain = HttpResponse(answer.content, status=answer.status_code)
    plain.headers, plain.cookies = answer.headers, answer.cookies
    plain.request = {"PATH_INFO": answer.request["PATH_INFO"]}
    return plain
