import pytest

# Helpers that know models are imported late: Django is not set up yet when this file is read.


@pytest.fixture(scope="session")
def pages(demo_rows: list, _static_files: None, django_db_blocker) -> dict:
    """Every kind of page in both languages."""
    import kinds

    with django_db_blocker.unblock():
        return kinds.in_both_languages(kinds.every_page, demo_rows)


@pytest.fixture(scope="session")
def fragments(demo_rows: list, _static_files: None, django_db_blocker) -> dict:
    """Every kind of answer to htmx in both languages."""
    import kinds

    with django_db_blocker.unblock():
        return kinds.in_both_languages(kinds.every_fragment_answer, demo_rows)
