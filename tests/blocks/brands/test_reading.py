"""Reading a brand: once for many articles, and never silently without it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from blocks.brands.reading import read_brand
from blocks.configuration.settings import load_settings
from blocks.network.download import Downloader, HostRules
from blocks.services import Services
from blocks.storage.bucket import ImageStore
from blocks.storage.remembered import Remembered
from blocks.storage.s3_client import s3_bucket
from imaging.articles.article import Article
from imaging.articles.brand import TenantBrand
from imaging.errors import InvalidInput, StorageError

KEY = "acme/branding/brand.json"


@pytest.fixture
def services(store: ImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setenv("IMAGES_DATA_DIR", str(tmp_path / "data"))
    downloader = Downloader(HostRules.parse(""), 1000, 5)
    yield Services(load_settings(), store, embedded=True, downloader=downloader)
    downloader.close()


def another_process(services: Services, *, bucket_is_away: bool = False) -> Services:
    """The services of a process that has read nothing yet."""
    store = services.store
    if bucket_is_away:
        name = store.bucket.bucket_name
        bucket = s3_bucket(endpoint="http://127.0.0.1:9", key_id="k", secret="s", bucket=name, folder="")
        store = replace(store, bucket=bucket)
    return replace(services, store=store, remembered=Remembered())


def test_a_brand_is_read_once_for_many_articles(services: Services) -> None:
    """A process sees a change within seconds, not at once; another one sees it at once."""
    services.store.put_json(KEY, '{"color": "#0a7d5a"}')
    assert read_brand(services, "acme").brand == TenantBrand(color="#0a7d5a")
    services.store.put_json(KEY, '{"color": "#ffffff"}')
    assert read_brand(services, "acme").brand.color == "#0a7d5a"
    assert read_brand(another_process(services), "acme").brand.color == "#ffffff"
    for other in ("acme-news", "acme_news", "acm"):
        assert read_brand(services, other).brand == TenantBrand()


def test_while_the_bucket_is_away_the_brand_is_as_it_was_last_read(services: Services) -> None:
    """This machine's copy counts, with the reason why; a tenant that is known to have no brand has none."""
    services.store.put_json(KEY, '{"site_name": "Acme"}')
    for tenant in ("acme", "globex"):
        read_brand(services, tenant)
    away = another_process(services, bucket_is_away=True)
    for tenant, name in (("acme", "Acme"), ("globex", None)):
        reading = read_brand(away, tenant)
        assert (reading.brand.site_name, reading.is_unknown) == (name, False)
        assert (reading.trouble or "").startswith("the tenant's brand could not be read: ")
        reading.check_known(bucket_answers=True)


def test_a_brand_that_was_never_read_stops_a_run_unless_the_bucket_is_away_altogether(services: Services) -> None:
    """Nothing is made without the brand while everything else answers; in a long outage the run goes on and says so."""
    reading = read_brand(another_process(services, bucket_is_away=True), "acme")
    assert reading.is_unknown
    with pytest.raises(StorageError, match="nothing was made: run it again"):
        reading.check_known(bucket_answers=True)
    reading.check_known(bucket_answers=False)


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        ("{", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ('{"colour": "#ffffff"}', "colour: there is no such field"),
        ('{"logo": "../acme-news/branding/logo.png"}', "logo: must be a key"),
        ('{"font": "https://evil.example/font.ttf"}', "font: must be a key"),
    ],
)
def test_a_broken_brand_is_bad_input_by_its_key_and_field(services: Services, document: str, cause: str) -> None:
    """Whoever edited it by hand is told where, and how to mend it."""
    services.store.put_json(KEY, document)
    with pytest.raises(InvalidInput, match=rf"^acme/branding/brand\.json: {cause}.*set the brand again, or remove it"):
        read_brand(services, "acme")


def test_the_language_is_the_articles_own_else_the_tenants(services: Services) -> None:
    """Also of an article that went through a run's parameters, which are JSON; without both it is the text's."""
    services.store.put_json(KEY, '{"language": "en"}')
    reading = read_brand(services, "acme")
    silent, german = Article(topic="x", user_id="acme"), Article(topic="x", user_id="acme", language="de")
    for article, language in ((silent, "en"), (german, "de")):
        sent = Article.model_validate_json(article.model_dump_json())
        assert {reading.settled(one, "fr").article.language for one in (article, sent)} == {language}
    told = Article(topic="Mending a zip in three minutes", body="It is nearly always the slider, and hardly the teeth.")
    languages = {one.topic: read_brand(services, "other").settled(one, "fr") for one in (told, silent)}
    assert {topic: one.article.language for topic, one in languages.items()} == {told.topic: "en", "x": "fr"}
    assert "IMAGES_LANGUAGE" in languages["x"].reason
