# `ops/just RECIPE` brings uv and just along; where just is installed, `just RECIPE` is the same.

export PATH := justfile_directory() / ".venv/bin:" + env("PATH")
export PYTHONPATH := justfile_directory() / "src"
export PYTHONDONTWRITEBYTECODE := ""  # the tests start hundreds of programs: compiled once

[private]
default:
    @just --justfile {{ quote(justfile()) }} --list --unsorted

# the whole shop with its demo catalogue on PORT (8000), its data in DATA_DIR (var/)
[no-exit-message]
demo: (_venv "requirements.lock") _messages
    @exec python ops/demo.py

# the demo with code reload and debug pages
[no-exit-message]
dev: (_venv "requirements.lock") _messages
    @exec python ops/demo.py --reload

# what an instance in production needs beside the code: .venv, and the translations compiled
install: (_venv "requirements.lock") _messages

# everything: install what the tests need, check, then all tests on SQLite and on PostgreSQL
test: tools check
    pytest -n 4 --dist worksteal -m "not postgres"
    TEST_DATABASE=postgresql pytest -n 4 --dist worksteal -m "not embedded"

# in under a minute, on SQLite, without browser, server or Redis
test-quick: _dev
    pytest -n 2 -m "not (outside or whole or slow or postgres or journey)"

# the browser journeys alone, JavaScript on and off; takes pytest's arguments
journeys *args: tools
    pytest -m journey {{ args }}

# format, lint, types, templates, imports, translations, migrations, deploy check, containers, Nginx
check: _dev
    ruff format --check
    ruff check
    mypy
    djlint --quiet --check templates partials
    djlint --quiet --lint templates partials
    lint-imports --no-logo
    python ops/tools/messages.py check
    DATA_DIR=var/check python manage.py makemigrations --check --dry-run
    DATA_DIR=var/check SITE_URL=https://shop.example ALLOWED_HOSTS=shop.example \
      SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
      DATABASE_URL=postgresql://127.0.0.1/shop REDIS_URL=redis://127.0.0.1:6379/0 \
      python manage.py check --deploy --fail-level WARNING
    hadolint Dockerfile
    docker-compose --env-file ops/compose/demo.env --profile demo config --quiet
    SITE_URL=x ALLOWED_HOSTS=x TLS_FOLDER=x \
      docker-compose -f docker-compose.yml -f ops/compose/tls.yml config --quiet
    yamllint --strict -d '{extends: default, rules: {document-start: disable, line-length: {max: 100}, braces: {max-spaces-inside: 0}}}' \
      docker-compose.yml ops/compose
    for each in nginx tls demo host; do gixy --skips host_spoofing ops/nginx/$each.conf || exit 1; done

# put Python and templates into their format
format: _dev
    ruff check --fix-only
    ruff format
    -djlint --quiet --reformat templates partials

# gather the words to translate, then compile the translations
messages: _dev
    python ops/tools/messages.py gather
    python ops/tools/messages.py compile

# choose the newest versions that pyproject.toml allows, and write both lock files
lock:
    uv pip compile {{ lock_flags }} pyproject.toml -o requirements.lock
    uv pip compile {{ lock_flags }} pyproject.toml -c requirements.lock --group dev -o requirements-dev.lock

# take the pictures of docs/gallery.md, of the demo that runs on PORT with DATA_DIR
pictures: tools
    python ops/tools/pictures.py

# what pages cost in production's shape, beside the least that Django does (docs/performance.md)
bench *args: tools
    python ops/bench/run.py {{ args }}

# each fault that the shop must survive, done to it in production's shape, then ten minutes of load
faults *args: tools
    python ops/faults/run.py {{ args }}

# how quickly a campaign goes out: fan-out, memory, letters a second beside a bare loop
bench-letters *args: tools
    @PYTHONPATH=src:tests python ops/bench/letters.py {{ args }}

# look up known faults of what requirements.lock installs
audit: _dev
    uv tool run pip-audit --strict --require-hashes --disable-pip -r requirements.lock

# install what the tests need from outside Python: servers, a browser, judges of HTML
tools: _dev
    python ops/tools/install.py

lock_flags := "--quiet --upgrade --universal --generate-hashes --no-header --python-version 3.13"

[private]
_dev: (_venv "requirements-dev.lock") _messages

[private]
_messages:
    @python ops/tools/messages.py compile

[no-exit-message]
[private]
_venv lock:
    @ops/tools/venv {{ lock }}
