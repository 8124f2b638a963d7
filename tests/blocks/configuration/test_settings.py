"""Settings: what the environment and `.env` say, and what is said about what is wrong in them."""

import itertools
from pathlib import Path

import pytest

from blocks.configuration.settings import Settings, load_settings
from imaging.errors import ConfigurationError
from tests.blocks.configuration.complaints import complaint

B2 = {
    "B2_ENDPOINT": "s3.eu-central-003.backblazeb2.com",
    "B2_KEY_ID": "keyid",
    "B2_APPLICATION_KEY": "geheim",
    "B2_BUCKET_NAME": "content-creator",
}


def test_an_endpoint_in_capitals_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scheme and host have no case: public addresses begin as they do for everybody else."""
    for name, value in (B2 | {"B2_ENDPOINT": "HTTPS://S3.Example/Path/"}).items():
        monkeypatch.setenv(name, value)
    assert load_settings().b2_endpoint == "https://s3.example/Path"


def test_nothing_is_required() -> None:
    """With no variable set everything has its default, and there is no bucket and no vendor."""
    settings = load_settings()
    assert settings.has_bucket is False
    assert settings.replicate_api_token is settings.chutes_api_key is None
    assert settings.images_download_hosts == "replicate.delivery,*.replicate.delivery,fal.media,*.fal.media"
    assert settings.images_data_dir == Path(".article-images")
    assert (settings.images_concurrency, settings.images_max_bytes) == (32, 64 * 1024 * 1024)


def test_every_variable_of_the_contract_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each field is the variable of its name in capitals."""
    given = B2 | {
        "REPLICATE_API_TOKEN": "r8_geheim",
        "REPLICATE_BASE_URL": "http://127.0.0.1:1",
        "REPLICATE_POLL_INTERVAL": "0.1",
        "CHUTES_API_KEY": "cpk_geheim",
        "CHUTES_BASE_URL": "http://127.0.0.1:2/{slug}",
        "IMAGES_PUBLIC_BASE_URL": "https://cdn.example",
        "IMAGES_DOWNLOAD_HOSTS": "cdn.example",
        "IMAGES_DATA_DIR": "/data",
        "IMAGES_CONCURRENCY": "4",
        "IMAGES_MODELS": '{"hero": {"price_usd": 0.05}}',
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.has_bucket
    assert settings.b2_endpoint == "https://s3.eu-central-003.backblazeb2.com"
    assert settings.b2_application_key is not None
    assert settings.b2_application_key.get_secret_value() == "geheim"
    assert (settings.replicate_poll_interval, settings.images_concurrency) == (0.1, 4)
    assert settings.images_models == {"hero": {"price_usd": 0.05}}
    assert (settings.chutes_base_url, settings.images_data_dir) == ("http://127.0.0.1:2/{slug}", Path("/data"))
    assert "geheim" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("formats", "widths", "read"),
    [
        ("avif,webp", "480, 960,full", (("avif", "webp"), (480, 960, "full"))),
        (" WebP ", "full,480,480", (("webp",), ("full", 480))),
        ("off", "1600", ((), (1600,))),
        ("none", "16", ((), (16,))),
    ],
)
def test_web_formats_are_a_list_or_off(
    monkeypatch: pytest.MonkeyPatch, formats: str, widths: str, read: tuple[object, object]
) -> None:
    """Lists with commas, in any case, each thing once; `off` and `none` make none."""
    monkeypatch.setenv("IMAGES_VARIANTS", formats)
    monkeypatch.setenv("IMAGES_VARIANT_WIDTHS", widths)
    settings = load_settings()
    assert (settings.images_variants, settings.images_variant_widths) == read


@pytest.mark.parametrize(
    "names",
    [names for size in (1, 2, 3) for names in itertools.combinations(B2, size)],
    ids="-".join,
)
def test_a_part_of_the_bucket_is_none(monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    """With some of the four variables the message names exactly those that are missing, and how to go on."""
    said = complaint(monkeypatch, **{name: B2[name] for name in names})
    assert [name for name in B2 if name in said] == [name for name in B2 if name not in names]
    assert "set all of B2_*, or none" in said
    assert "geheim" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REPLICATE_POLL_INTERVAL", "geheim"),
        ("REPLICATE_POLL_INTERVAL", "0"),
        ("REPLICATE_POLL_INTERVAL", "nan"),
        ("REPLICATE_API_TOKEN", "r8_geh\u00e4im"),
        ("REPLICATE_API_TOKEN", "r8_geheim\nIMAGES_X=1"),
        ("CHUTES_API_KEY", "\u201ccpk_geheim\u201d"),
        ("IMAGES_CONCURRENCY", "geheim"),
        ("IMAGES_TASK_RUNNER", "geheim"),
        ("IMAGES_TASK_RUNNER", "tcp://geheim@10.0.0.5:8786"),
        ("IMAGES_CONCURRENCY", "0"),
        ("IMAGES_CONCURRENCY", "1001"),
        ("IMAGES_CONCURRENCY", "1.5"),
        ("IMAGES_PUBLIC_BASE_URL", "geheim"),
        ("IMAGES_PUBLIC_BASE_URL", "ftp://geheim"),
        ("IMAGES_PUBLIC_BASE_URLS", "geheim"),
        ("IMAGES_PUBLIC_BASE_URLS", '{"acme": "ftp://geheim"}'),
        ("IMAGES_PUBLIC_BASE_URLS", '{"acme": "https://me:geheim@img.example"}'),
        ("REPLICATE_BASE_URL", "geheim"),
        ("CHUTES_BASE_URL", "{slug}.geheim"),
        ("FAL_BASE_URL", "ftp://geheim"),
        ("IMAGES_PLATFORMS", "linkedin,geheim"),
        ("IMAGES_VARIANTS", "avif,geheim"),
        ("IMAGES_VARIANT_WIDTHS", "480,geheim"),
        ("IMAGES_VARIANT_WIDTHS", "480,8"),
        ("IMAGES_PINNED", "geheim"),
        ("IMAGES_MAX_BYTES", "-1"),
        ("IMAGES_MAX_PIXELS", "geheim"),
        ("IMAGES_MAX_PIXELS", "178956971"),
        ("IMAGES_DOWNLOAD_TIMEOUT", "0"),
        ("IMAGES_PREDICTION_TIMEOUT", "geheim"),
        ("IMAGES_SERVER_LINGER", "-1"),
        ("IMAGES_S3_CHECKSUMS", "geheim"),
        ("IMAGES_MODELS", "geheim"),
        ("IMAGES_MODELS", '["geheim"]'),
        ("IMAGES_MODELS", '{"hero": "geheim"}'),
        ("IMAGES_MODELS", '{"banner": {"name": "geheim"}}'),
        ("IMAGES_MODELS", '{"hero": {"price_usd": "geheim"}}'),
        ("IMAGES_MODELS", '{"hero": {"price_usd": -1}}'),
        ("IMAGES_MODELS", '{"hero": {"provider": "geheim"}}'),
        ("IMAGES_MODELS", '{"hero": {"prize_usd": 1}}'),
        ("IMAGES_MODELS", '{"hero": {"name": ""}}'),
    ],
)
def test_a_wrong_value_is_told_by_its_name_alone(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The message begins with the variable and never repeats the value, which may be a secret gone astray."""
    said = complaint(monkeypatch, **{name: value})
    assert said.startswith(f"{name}: ")
    assert "geheim" not in said
    assert "images_" not in said


def test_a_limit_of_a_number_is_told_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number can be copied from the message."""
    said = complaint(monkeypatch, IMAGES_MAX_PIXELS="500000000")
    assert said.startswith("IMAGES_MAX_PIXELS: must be at most 178956970")


@pytest.mark.parametrize("endpoint", ["not a host", "ftp://geheim.example", "https://", "://geheim"])
def test_an_endpoint_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """The endpoint is a host or a full address."""
    said = complaint(monkeypatch, **(B2 | {"B2_ENDPOINT": endpoint}))
    assert said.startswith("B2_ENDPOINT: must be a host like s3.eu-central-003.backblazeb2.com")
    assert "geheim" not in said


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mistakes make one message that names both."""
    said = complaint(monkeypatch, IMAGES_CONCURRENCY="many", IMAGES_MAX_BYTES="few")
    assert "IMAGES_CONCURRENCY: " in said
    assert "IMAGES_MAX_BYTES: " in said


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    """Deployments leave variables empty to unset them."""
    for name in (*B2, "REPLICATE_API_TOKEN", "CHUTES_API_KEY"):
        monkeypatch.setenv(name, blank)
    for name in ("CHUTES_BASE_URL", "IMAGES_CONCURRENCY", "IMAGES_MODELS", "IMAGES_PUBLIC_BASE_URL"):
        monkeypatch.setenv(name, "")
    for name in ("IMAGES_VARIANTS", "IMAGES_PINNED", "IMAGES_RETRY_SECONDS", "IMAGES_COLD_START_SECONDS"):
        monkeypatch.delenv(name)
    assert load_settings() == Settings.model_construct()


def test_blanks_around_a_key_are_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that was pasted with a line break is the key."""
    for name, value in B2.items():
        monkeypatch.setenv(name, f" {value}\n")
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_geheim\r\n")
    settings = load_settings()
    assert settings.replicate_api_token is not None
    assert settings.replicate_api_token.get_secret_value() == "r8_geheim"
    assert (settings.b2_endpoint, settings.b2_key_id) == ("https://s3.eu-central-003.backblazeb2.com", "keyid")


@pytest.mark.parametrize(
    "endpoint",
    ["s3.eu-central-003.backblazeb2.com/content-creator", "https://s3.eu-central-003.backblazeb2.com/content-creator/",
     "https://content-creator.s3.eu-central-003.backblazeb2.com", "http://127.0.0.1:9000/content-creator",
     "https://s3.example/a?content-creator", "https://me:pw@s3.example", "https://s3.example/#content-creator"],
)  # fmt: skip
def test_an_endpoint_is_the_store_and_not_the_bucket(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """With the bucket's name in the endpoint, pictures would go to other keys than they are read from."""
    for name in ("B2_KEY_ID", "B2_APPLICATION_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("B2_BUCKET_NAME", "content-creator")
    monkeypatch.setenv("B2_ENDPOINT", endpoint)
    with pytest.raises(ConfigurationError, match=r"^B2_ENDPOINT: "):
        load_settings()
    monkeypatch.setenv("B2_ENDPOINT", "https://project.supabase.co/storage/v1/s3")  # some stores have a path
    load_settings()
