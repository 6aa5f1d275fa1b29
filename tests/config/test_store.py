"""Where uploads lie is said by variables alone, whole or not at all."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import build_policy

from config.csp import policy
from config.env import Env

WHOLE = {
    "S3_BUCKET": "shop-pictures",
    "S3_PRIVATE_BUCKET": "shop-private",
    "S3_ENDPOINT_URL": "https://s3.example",
    "S3_REGION": "eu-west-2",
    "S3_ACCESS_KEY_ID": "key",
    "S3_SECRET_ACCESS_KEY": "secret",
    "MEDIA_URL": "https://pictures.shop.example/",
}


@pytest.fixture
def read(tmp_path):
    return lambda given: Env.read({"DATA_DIR": str(tmp_path)} | given)


def test_files_lie_in_folders_unless_told(read):
    assert read({}).store is read(dict.fromkeys(WHOLE, "")).store is None
    assert read({"MEDIA_URL": "https://pictures.shop.example/"}).store is None


def test_both_buckets_are_asked_with_the_key_and_one_has_no_address(read):
    env = read(WHOLE)
    found = env.store.storages(env.media_url)
    public, private = found["default"]["OPTIONS"], found["private"]["OPTIONS"]
    assert public["base_url"] == WHOLE["MEDIA_URL"] and "base_url" not in private
    assert (public["bucket_name"], private["bucket_name"]) == ("shop-pictures", "shop-private")
    for options in (public, private):
        assert (options["access_key"], options["secret_key"]) == ("key", "secret")


def test_the_key_may_be_the_machines_and_the_store_amazons(read):
    given = {name: WHOLE[name] for name in ("S3_BUCKET", "S3_PRIVATE_BUCKET", "MEDIA_URL")}
    assert read(given).store.access_key == ""


@pytest.mark.parametrize(
    "missing",
    ["S3_BUCKET", "S3_PRIVATE_BUCKET", "MEDIA_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
)
def test_what_is_half_set_is_said(read, missing):
    with pytest.raises(ImproperlyConfigured, match=f"Set {missing} too"):
        read(WHOLE | {missing: ""})


def test_what_is_set_wrong_is_said(read):
    with pytest.raises(ImproperlyConfigured, match="S3_PRIVATE_BUCKET must not be S3_BUCKET"):
        read(WHOLE | {"S3_PRIVATE_BUCKET": WHOLE["S3_BUCKET"]})
    with pytest.raises(ImproperlyConfigured, match="S3_ENDPOINT_URL must be like"):
        read(WHOLE | {"S3_ENDPOINT_URL": "s3.example"})


def test_the_secret_may_lie_in_a_file(read, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    given = WHOLE | {"S3_SECRET_ACCESS_KEY": "", "S3_SECRET_ACCESS_KEY_FILE": f"{tmp_path}/key"}
    assert read(given).store.secret_key == "from a file"


def test_pages_may_load_what_lies_on_the_shops_other_hosts():
    pictures, files = "https://pictures.shop.example/", "//files.shop.example/static/"
    told = build_policy(policy(pictures, files))
    assert "default-src 'self' https://files.shop.example;" in told
    assert "img-src 'self' https://files.shop.example https://pictures.shop.example;" in told
    assert "img-src" not in build_policy(policy("/media/", "/static/"))
