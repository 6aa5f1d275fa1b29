"""The shop's translations: gather the words, check that they are complete, compile them."""

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path("src/config/locale")
LANGUAGES = ["zh_Hant"]


def gather(into: Path = LOCALE) -> None:
    """Needs xgettext, by which Django finds the words in code and templates."""
    import django
    from django.core.management import call_command
    from django.test import override_settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    into.mkdir(parents=True, exist_ok=True)
    with override_settings(LOCALE_PATHS=[into.absolute()]):
        call_command(
            "makemessages",
            locale=LANGUAGES,
            # What is found in src/config would else go to its own folder, whatever is asked.
            ignore_patterns=["locale", "tests", "ops", "var", ".*"],
            add_location="file",
            no_wrap=True,
            no_obsolete=True,
            verbosity=0,
        )


def check() -> None:
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(LOCALE, folder, dirs_exist_ok=True)
        gather(Path(folder))
        for language in LANGUAGES:
            ours, found = _read(LOCALE, language), _read(Path(folder), language)
            faults += [f"{language}: {fault}" for fault in _faults(ours, found)]
    if faults:
        sys.exit("\n".join([*faults, "Run `ops/just messages`, then complete the translation."]))


def _faults(ours: Catalog, found: Catalog) -> Iterator[str]:
    for word in sorted(_words(found) - _words(ours), key=str):
        yield f"not gathered: {word}"
    for word in sorted(_words(ours) - _words(found), key=str):
        yield f"no longer in use: {word}"
    for message in filter(lambda message: message.id, ours):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.fuzzy or not all(texts):
            yield f"not translated: {message.id!r}"
        for error in message.check():
            yield f"{message.id!r}: {error}"


def _words(catalog: Catalog) -> set[tuple]:
    return {(message.context, message.id) for message in catalog if message.id}


def compile() -> None:
    """In Python alone: a demo needs no gettext. A file that is newer than its source stays."""
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        # Whole or not at all: two demos may start at once.
        with tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as file:
            write_mo(file, _read(LOCALE, source.parts[-3]))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)


def _read(folder: Path, language: str) -> Catalog:
    path = folder / language / "LC_MESSAGES/django.po"
    with path.open("rb") if path.exists() else io.BytesIO() as file:
        return read_po(file, locale=language)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    {"gather": gather, "check": check, "compile": compile}[sys.argv[1]]()
