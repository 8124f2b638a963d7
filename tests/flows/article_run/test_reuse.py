"""What is there already is used again; what is lost, changed or asked for anew is made, and that alone."""

import json
import shutil

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.kinds import Kind
from tests.flows.runs import ARTICLE, GERMAN, SLUG
from tests.world import World, command, run_set


def test_what_is_there_is_used_again_until_a_refresh(world: World, german: Article, prefect_api: str) -> None:
    """The cache is shared by processes: a run in another one reuses all nine, pays nothing, uploads nothing.

    Without the cached results the manifest and the bucket's listing still say what is there, and nothing is paid for.
    `refresh` makes every picture anew, and pays for it again.
    """
    run_set(german)
    before = world.objects()
    done = command("run", str(GERMAN), "--json", prefect_api=prefect_api)
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert [image["status"] for image in again["images"]] == ["reused"] * 9
    assert again["cost_usd"] == 0
    assert world.paid == (5, 2)
    manifest = f"default/{SLUG}/manifest.json"
    assert {key: mark for key, mark in world.objects().items() if key != manifest} == {
        key: mark for key, mark in before.items() if key != manifest
    }

    shutil.rmtree(world.bucket / "_results")
    assert [image.status for image in run_set(german).images] == ["reused"] * 9
    assert world.paid == (5, 2)

    anew = run_set(german, refresh=True)
    assert [image.status for image in anew.images] == ["stored"] * 9
    assert world.paid == (10, 4)
    assert anew.cost_usd == 0.172


def test_deleted_objects_alone_are_made_anew(world: World) -> None:
    """Objects that were deleted behind our back are noticed and made anew; the others are reused.

    What Replicate made within the hour is collected again and costs nothing twice; Chutes keeps nothing. After the
    vendor's hour only a new prediction helps, and it is the only one.
    """
    keys = {image.name: image.key or "" for image in run_set(ARTICLE).images}
    deleted = {"hero", "facebook", "tiktok", "comparison-qwen-image"}
    for name in deleted:
        world.delete(keys[name])
    again = run_set(ARTICLE)
    assert {image.name for image in again.images if image.status == "stored"} == deleted
    assert {image.status for image in again.images if image.name not in deleted} == {"reused"}
    assert {image.key for image in again.images} <= set(world.objects())
    assert (world.paid, again.cost_usd) == ((3, 3), 0.006)
    assert {image.name for image in again.images if image.cost_usd} == {"comparison-qwen-image"}

    world.delete(keys["hero"])
    world.replicate.expire()
    late = run_set(ARTICLE, [Kind.HERO, Kind.SOCIAL])
    assert [image.status for image in late.images] == ["stored", "reused", "reused"]
    assert (late.status, world.paid, late.cost_usd) == ("complete", (4, 3), 0.06)


def test_the_painter_never_replaces_a_picture_that_was_paid_for(
    world: World, german: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run without the tokens keeps the vendors' pictures, and paints only what is not there."""
    paid = run_set(german, [Kind.HERO, Kind.COMPARISON])
    for name in ("REPLICATE_API_TOKEN", "CHUTES_API_KEY"):
        monkeypatch.delenv(name)
    again = {image.name: image for image in run_set(german, [Kind.HERO, Kind.COMPARISON, Kind.SUPPORTING]).images}
    for image in paid.images:
        assert again[image.name].model_dump(exclude={"status", "cost_usd"}) == image.model_dump(
            exclude={"status", "cost_usd"}
        )
        assert again[image.name].status == "reused"
    assert again["supporting-1"].provider == "painter"


def test_another_brand_colour_draws_other_cards_and_pays_nothing(world: World) -> None:
    """Only what changes a picture's pixels makes it anew."""
    only = [Kind.HERO, Kind.CARD]  # of all kinds: tests/flows/test_brand_assets.py
    run_set(ARTICLE, only)
    red = ARTICLE.model_copy(update={"brand": Brand(color="#aa0000")})
    again = run_set(red, only)
    assert {image.name for image in again.images if image.status == "stored"} == {"linkedin", "facebook"}
    assert world.paid == (1, 0)
    # And back: the cache knows the first card, but the bucket no longer holds it.
    back = run_set(ARTICLE, only)
    assert {image.name for image in back.images if image.status == "stored"} == {"linkedin", "facebook"}


def test_what_was_paid_while_the_storage_was_down_is_not_paid_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the bucket is back, the predictions of the run without it are collected, not created again."""
    only = [Kind.HERO, Kind.COMPARISON]
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    run_set(ARTICLE, only)
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    again = run_set(ARTICLE, only)
    assert again.status == "complete"
    assert {image.status for image in again.images} == {"stored"}
    assert world.paid == (1, 2)
    assert again.cost_usd == 0
