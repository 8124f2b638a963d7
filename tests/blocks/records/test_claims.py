"""Claims: which article owns a slug, and the notes that lead to it."""

import pytest

from blocks.configuration.settings import load_settings
from blocks.records.claims import claim, owned_slug
from blocks.services import configured_store
from imaging.articles.article import Article
from imaging.errors import StorageError
from tests.reliability.harness.s3_proxy import S3Proxy
from tests.world import World


def test_a_claim_whose_notes_were_not_written_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim counts as noted, so it is written after its notes: an article whose title changes is found by them."""
    monkeypatch.setenv("IMAGES_RETRY_SECONDS", "0")
    with S3Proxy(world.environment["B2_ENDPOINT"].removeprefix("http://")) as bucket:
        monkeypatch.setenv("B2_ENDPOINT", f"http://{bucket.host}")
        store = configured_store(load_settings())
        assert store is not None
        bucket.fail(403, match=lambda call: call.method == "PUT" and "/_known/" in call.path)
        with pytest.raises(StorageError):
            claim(store, Article(topic="Kafee", article_id="7"))
        bucket.mend()
        assert claim(store, Article(topic="Kafee", article_id="7")).is_new
        assert owned_slug(store, Article(topic="Kaffee!", article_id="7")) == "kafee"
