FROM astral/uv:0.13 AS uv


FROM python:3.13-slim-trixie AS build

COPY --link --from=uv /uv /usr/local/bin/
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true
WORKDIR /opt/shop

# By hash, and again only when the lock file has changed.
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=requirements.lock,target=requirements.lock \
    uv venv --quiet /opt/venv \
 && uv pip sync --quiet --require-hashes --python /opt/venv requirements.lock

COPY . .
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/opt/shop/src
# The folder has the same name here and later: names of static files hold their hashes.
RUN python ops/tools/messages.py compile \
 && python -m compileall -q src \
 && DATA_DIR=/srv/shop SECRET_KEY=only-to-build BROKER_URL=memory:// \
    python manage.py collectstatic --no-input --verbosity 0


FROM nginxinc/nginx-unprivileged:stable AS nginx

LABEL org.opencontainers.image.title="Vitrine, Nginx" \
      org.opencontainers.image.licenses="BSD-3-Clause"
COPY --link ops/nginx/ /etc/nginx/
COPY --link --from=build /srv/shop/static /srv/shop/static
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --start-interval=1s \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:9180/nginx"]
CMD ["nginx", "-c", "/etc/nginx/nginx.conf", "-g", "daemon off;"]


FROM python:3.13-slim-trixie AS shop

LABEL org.opencontainers.image.title="Vitrine" \
      org.opencontainers.image.description="A shop that is all HTML" \
      org.opencontainers.image.licenses="BSD-3-Clause"

# What WeasyPrint needs for invoices, and a font that has their Chinese; nothing that installs.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
    fonts-noto-cjk libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
 && rm -rf /var/lib/apt/lists/* \
 && python -m pip uninstall --quiet --yes --root-user-action=ignore pip

# Nginx is 101 in its image: sockets made in this folder are its group's.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin shop \
 && install -d -o shop -g 101 -m 2770 /run/shop \
 && install -d -o shop -g shop /srv/shop/media /srv/shop/private /srv/shop/run

COPY --link --from=build /opt/venv /opt/venv
COPY --link --from=build /opt/shop /opt/shop
COPY --link --from=build /srv/shop/static /srv/shop/static

ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/opt/shop/src PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DATA_DIR=/srv/shop SOCKET=/run/shop/web-1.sock LOG_FORMAT=json
WORKDIR /opt/shop
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --start-interval=1s \
    CMD ["ops/web", "check"]
CMD ["ops/web"]
