"""The flow on real articles, against vendors on a socket and a real bucket."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.commands.arguments import read_article
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.names.keys import RESULTS_FOLDER
from imaging.pages.public import public_document
from imaging.record import ImageSet
from tests.flows.runs import GERMAN, SLUG
from tests.standins.pictures import picture
from tests.world import World, open_world, run_set

NAMES = [
    "hero", "supporting-1", "supporting-2", "comparison-juggernautxl", "comparison-qwen-image",
    "linkedin", "facebook", "instagram", "tiktok",
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, prefect_api: str, storage: Path) -> Iterator[tuple[World, ImageSet]]:
    """A world in which one run has made one long article, for the tests that only look at what came of it."""
    root = tmp_path_factory.mktemp("made")
    with open_world(root, storage) as world:
        world.replicate.cdn.draw = world.chutes.draw = picture  # as vendors make them, without a palette
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(root)
            world.enter(patch)
            image_set = run_set(read_article(str(GERMAN)))
        yield world, image_set


def test_one_article_costs_what_the_table_says_and_lies_under_the_contracts_keys(made: tuple[World, ImageSet]) -> None:
    """One long article makes five predictions, two Chutes calls and nine images, and costs their list prices."""
    world, image_set = made

    assert world.paid == (5, 2)
    assert world.replicate.created("black-forest-labs/flux-1.1-pro-ultra") == 1
    assert world.replicate.created("black-forest-labs/flux-dev") == 4
    assert image_set.status == "complete"
    assert [image.name for image in image_set.images] == NAMES
    assert {image.status for image in image_set.images} == {"stored"}
    assert image_set.cost_usd == 0.172
    assert [image.cost_usd for image in image_set.images] == [0.06, 0.025, 0.025, 0.006, 0.006, 0, 0, 0.025, 0.025]

    by_name = {image.name: image for image in image_set.images}
    folder = f"default/{SLUG}"
    assert by_name["hero"].key == f"{folder}/hero.png"
    for name in ("comparison-juggernautxl", "comparison-qwen-image"):
        model = name.removeprefix("comparison-")
        assert by_name[name].key == f"{folder}/comparison/{model}_{(by_name[name].sha256 or '')[:16]}.jpg"
    for name in ("instagram", "tiktok"):
        assert by_name[name].key == f"{folder}/platform/{name}_{(by_name[name].sha256 or '')[:8]}.png"
    assert by_name["linkedin"].key == f"{folder}/platform/linkedin_og.png"
    assert by_name["linkedin"].sha256 == by_name["facebook"].sha256
    assert set(world.objects()) == {image.key for image in image_set.images} | {
        f"{folder}/manifest.json",
        f"{folder}/gallery.html",
    }


def test_every_url_is_readable_without_a_signature_and_is_what_the_set_says(made: tuple[World, ImageSet]) -> None:
    """What a plain GET of an image's URL returns has the set's type, size and hash, and every picture differs."""
    _, image_set = made
    hashes = set()
    for image in image_set.images:
        answer = httpx.get(image.url or "")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == image.content_type
        assert len(answer.content) == image.bytes
        assert hashlib.sha256(answer.content).hexdigest() == image.sha256
        assert len(image.url or "") <= 500
        hashes.add(image.sha256)
    assert len(hashes) == 8  # the two cards are one drawing


def test_objects_carry_type_caching_and_their_hash(made: tuple[World, ImageSet]) -> None:
    """Hashed names are cached for ever, fixed ones for minutes, manifest and page not at all; metadata has the hash."""
    world, image_set = made
    client = world.store.bucket.credentials.get_client("s3")
    for image in image_set.images:
        head = client.head_object(Bucket=world.bucket.name, Key=image.key)
        hashed = image.kind in {Kind.COMPARISON, Kind.SOCIAL}
        assert head["CacheControl"] == ("public, max-age=31536000, immutable" if hashed else "public, max-age=300")
        assert head["ContentType"] == image.content_type
        assert {name.lower(): value for name, value in head["Metadata"].items()}["sha256"] == image.sha256
    for name, content_type in (("manifest.json", "application/json"), ("gallery.html", "text/html; charset=utf-8")):
        head = client.head_object(Bucket=world.bucket.name, Key=f"default/{SLUG}/{name}")
        assert (head["CacheControl"], head["ContentType"]) == ("no-cache", content_type)


def test_the_gallery_page_lies_beside_the_manifest(made: tuple[World, ImageSet]) -> None:
    """A plain GET of `gallery_url` returns the page, with every picture in it and a link to each."""
    _, image_set = made
    page = httpx.get(image_set.gallery_url or "").text
    assert page.count('src="data:image/webp;base64,') == 9 + 2  # hero and card once more, as others show them
    assert all(f'href="{image.url}"' in page for image in image_set.images)
    assert f'href="{image_set.manifest_url}"' in page


def test_the_manifest_is_the_set(made: tuple[World, ImageSet]) -> None:
    """`manifest.json` holds what the flow returned, in words for the public; the record of the run all of it."""
    world, image_set = made
    assert httpx.get(image_set.manifest_url or "").text == public_document(image_set, prompts=False)
    record = world.store.get_json(f"{RESULTS_FOLDER}/{image_set.user_id}/{image_set.slug}/manifest.json")
    assert record == json.loads(image_set.model_dump_json())


def test_the_event_says_what_the_flow_returned(world: World, german: Article, prefect_api: str) -> None:
    """`article-images.completed`, or `.degraded`, reaches the API with the image set as its payload."""
    complete = run_set(german, [Kind.CARD])
    world.replicate.fault("create", 422, times=None)
    degraded = run_set(german, [Kind.HERO])
    for image_set, event in ((complete, "article-images.completed"), (degraded, "article-images.degraded")):
        assert json.loads(image_set.model_dump_json()) in payloads(prefect_api, event, image_set)


def payloads(api: str, event: str, image_set: ImageSet) -> list[object]:
    """The payloads of an article's events of this name; they arrive some seconds after the run."""
    resource = f"article-images.{image_set.user_id}.{image_set.slug}"
    query = {"filter": {"event": {"name": [event]}, "resource": {"id": [resource]}}}
    for _ in range(60):
        events = httpx.post(f"{api}/events/filter", json=query).json()["events"]
        found: list[object] = [event["payload"] for event in events]
        if any(isinstance(one, dict) and one["flow_run_id"] == image_set.flow_run_id for one in found):
            return found
        time.sleep(0.5)
    return []


def test_only_narrows_and_the_manifest_keeps_the_rest(world: World, german: Article) -> None:
    """`only` makes just these kinds; what the bucket holds beside them stays in the manifest."""
    cards = run_set(german, [Kind.CARD])
    assert [image.name for image in cards.images] == ["linkedin", "facebook"]
    assert world.paid == (0, 0)
    hero = run_set(german, [Kind.HERO])
    assert [image.name for image in hero.images] == ["hero"]
    assert world.paid == (1, 0)
    manifest = httpx.get(hero.manifest_url or "").json()
    assert [image["name"] for image in manifest["images"]] == ["hero", "linkedin", "facebook"]
    page = httpx.get(hero.gallery_url or "").text
    assert all(f'href="{image.url}"' in page for image in (*hero.images, *cards.images))
