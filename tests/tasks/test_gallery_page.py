"""The gallery page beside the manifest: written when something changed, and never in the way of a picture."""

import httpx
import pytest

from imaging.articles.article import Article
from imaging.kinds import Kind
from tests.reliability.harness.s3_proxy import S3Proxy
from tests.world import World, run_set

CARDS = Article(topic="Kaffee richtig lagern", excerpt="Kühl, trocken, dunkel.")
KEY = "default/kaffee-richtig-lagern/gallery.html"


def test_the_page_is_written_only_when_it_shows_something_new(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that reuses all leaves the page alone; one that misses it, or knows new addresses, writes it."""
    first = run_set(CARDS, [Kind.CARD])
    assert first.gallery_url == world.store.url(KEY)
    written = world.objects()[KEY]
    assert run_set(CARDS, [Kind.CARD]).gallery_url == first.gallery_url
    assert world.objects()[KEY] == written

    world.delete(KEY)
    run_set(CARDS, [Kind.CARD])
    written = world.objects()[KEY]
    monkeypatch.setenv("IMAGES_PUBLIC_BASE_URL", "https://cdn.example")
    moved = run_set(CARDS, [Kind.CARD])
    assert moved.gallery_url == f"https://cdn.example/{KEY}"
    assert world.objects()[KEY] != written
    assert f"https://cdn.example/{moved.images[0].key}" in httpx.get(world.store.url(KEY)).text


def test_a_page_that_cannot_be_written_costs_no_more_than_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bucket takes everything but the page, the set is complete, without its address."""
    with S3Proxy(world.environment["B2_ENDPOINT"].removeprefix("http://")) as bucket:
        monkeypatch.setenv("B2_ENDPOINT", f"http://{bucket.host}")
        bucket.fail(403, match=lambda call: call.path.endswith("gallery.html"))
        image_set = run_set(CARDS, [Kind.CARD])
    assert (image_set.status, image_set.gallery_url) == ("complete", None)
    assert image_set.manifest_url
    assert KEY not in world.objects()
