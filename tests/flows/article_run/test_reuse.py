"""What is there already is used again; what is lost, changed or asked for anew is made, and that alone."""

import json

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.kinds import Kind
from tests.flows.runs import GERMAN, SLUG
from tests.world import World, command, run_set


def test_a_second_run_in_another_process_pays_nothing_and_writes_no_image(
    world: World, german: Article, prefect_api: str
) -> None:
    """The cache is shared by processes: the second run reuses all nine, pays nothing, uploads nothing."""
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


def test_a_deleted_object_alone_is_made_anew(world: World, german: Article) -> None:
    """An object that was deleted behind our back is noticed and made anew; the others are reused."""
    keys = {image.name: image.key or "" for image in run_set(german).images}
    # What Replicate made within the hour is collected again and costs nothing twice; Chutes keeps nothing.
    for name, paid, cost_usd in (
        ("hero", (5, 2), 0), ("facebook", (5, 2), 0), ("tiktok", (5, 2), 0), ("comparison-qwen-image", (5, 3), 0.006),
    ):  # fmt: skip
        world.delete(keys[name])
        again = run_set(german)
        assert {image.name for image in again.images if image.status == "stored"} == {name}
        assert {image.status for image in again.images if image.name != name} == {"reused"}
        assert {image.key for image in again.images} <= set(world.objects())
        assert (world.paid, again.cost_usd) == (paid, cost_usd)
        keys = {image.name: image.key or "" for image in again.images}


def test_a_deleted_object_whose_prediction_is_gone_is_paid_for_once_more(world: World, german: Article) -> None:
    """After the vendor's hour only a new prediction helps, and it is the only one."""
    run_set(german)
    world.delete(f"default/{SLUG}/hero.png")
    world.replicate.expire()
    again = run_set(german)
    assert again.status == "complete"
    assert world.paid == (6, 2)
    assert again.cost_usd == 0.06


def test_lost_records_do_not_cost_anything_while_the_manifest_knows(world: World, german: Article) -> None:
    """Without the cached results the manifest and the bucket's listing still say what is there."""
    import shutil

    run_set(german)
    shutil.rmtree(world.bucket / "_results")
    again = run_set(german)
    assert {image.status for image in again.images} == {"reused"}
    assert world.paid == (5, 2)


def test_refresh_makes_everything_anew(world: World, german: Article) -> None:
    """`refresh` pays again for every picture."""
    run_set(german)
    again = run_set(german, refresh=True)
    assert {image.status for image in again.images} == {"stored"}
    assert world.paid == (10, 4)
    assert again.cost_usd == 0.172


def test_the_painter_never_replaces_a_picture_that_was_paid_for(
    world: World, german: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run without the tokens keeps the vendors' pictures, and paints only what is not there."""
    paid = run_set(german, [Kind.HERO, Kind.SOCIAL])
    for name in ("REPLICATE_API_TOKEN", "CHUTES_API_KEY"):
        monkeypatch.delenv(name)
    again = {image.name: image for image in run_set(german).images}
    for image in paid.images:
        assert again[image.name].model_dump(exclude={"status", "cost_usd"}) == image.model_dump(
            exclude={"status", "cost_usd"}
        )
        assert again[image.name].status == "reused"
    assert again["supporting-1"].provider == "painter"


def test_another_brand_colour_draws_other_cards_and_pays_nothing(world: World, german: Article) -> None:
    """Only what changes a picture's pixels makes it anew."""
    run_set(german)
    red = german.model_copy(update={"brand": Brand(color="#aa0000")})
    again = run_set(red)
    assert {image.name for image in again.images if image.status == "stored"} == {"linkedin", "facebook"}
    assert world.paid == (5, 2)
    # And back: the cache knows the first card, but the bucket no longer holds it.
    back = run_set(german)
    assert {image.name for image in back.images if image.status == "stored"} == {"linkedin", "facebook"}


def test_what_was_paid_while_the_storage_was_down_is_not_paid_again(
    world: World, german: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the bucket is back, the predictions of the run without it are collected, not created again."""
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    run_set(german)
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    again = run_set(german)
    assert again.status == "complete"
    assert {image.status for image in again.images} == {"stored"}
    assert world.paid == (5, 2)
    assert again.cost_usd == 0
