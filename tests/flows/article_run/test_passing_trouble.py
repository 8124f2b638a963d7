"""Trouble that passes does not cost the run: it is waited out within limits, and nothing is paid for twice."""

import pytest

from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import ImageSet
from tests.reliability.harness.s3_proxy import CAP, S3Proxy, is_picture, is_put
from tests.standins import Call
from tests.standins.vendors.predictions import NSFW
from tests.world import World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern")
COLD = "No instances available (yet) for chute_id='0b1c'"


def statuses(image_set: ImageSet) -> set[str]:
    """How the images of a set came to be."""
    return {image.status for image in image_set.images}


def small_web_formats(patch: pytest.MonkeyPatch) -> None:
    """One web format of one width."""
    patch.setenv("IMAGES_VARIANTS", "webp")
    patch.setenv("IMAGES_VARIANT_WIDTHS", "48")


def test_a_bucket_that_is_busy_at_first_is_waited_for(
    world: World, bucket: S3Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve PUTs in a row that fail, more than the S3 client tries by itself, cost a moment and no picture."""
    monkeypatch.setenv("IMAGES_RETRY_SECONDS", "30")
    for kind in (503, 500, "reset_before", 503) * 3:
        bucket.fail(kind, 1, is_put)
    image_set = run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON])
    assert image_set.status == "complete", image_set.troubles
    assert statuses(image_set) == {"stored"}
    assert world.paid == (1, 2)


def test_a_bucket_that_comes_back_in_the_middle_gets_all(
    world: World, bucket: S3Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away for longer than a run waits when it begins, and there once it has pictures: complete, and shared by all."""
    small_web_formats(monkeypatch)
    monkeypatch.setenv("IMAGES_RETRY_SECONDS", "0")
    bucket.fail(503, match=lambda _: not world.chutes.paid)
    only = [Kind.HERO, Kind.COMPARISON, Kind.CARD]
    image_set = run_set(ARTICLE, only)
    assert image_set.status == "complete", image_set.troubles
    assert statuses(image_set) == {"stored"}
    assert image_set.manifest_url
    assert {len(image.variants) for image in image_set.images} == {1}
    monkeypatch.setenv("IMAGES_DATA_DIR", str(world.folder / "another"))
    assert statuses(run_set(ARTICLE, only)) == {"reused"}
    assert world.paid == (1, 2)


@pytest.mark.parametrize("away", ["", "_claims"], ids=["the bucket", "its claims"])
def test_a_bucket_that_comes_back_does_not_get_the_pictures_of_another_article(
    world: World, bucket: S3Proxy, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    """A slug that could not be claimed at first may be somebody else's: nothing of theirs is written over."""
    theirs = run_set(Article(topic="C Grundlagen"), [Kind.COMPARISON])
    before = world.objects()
    monkeypatch.setenv("IMAGES_RETRY_SECONDS", "0")
    bucket.fail(503, match=lambda call: not world.replicate.paid and away in f"{call.path} {call.query}")
    ours = run_set(Article(topic="C++ Grundlagen"), [Kind.HERO])
    assert (ours.slug, ours.images[0].status) == (theirs.slug, "provider_url")
    assert "belongs to another article" in str(ours.images[0].error)
    assert world.objects() == before


def test_what_could_not_be_stored_is_offered_once_more_at_the_end(
    world: World, bucket: S3Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first PUT of each picture and web format is refused for a cap, which is not waited for: all are stored."""
    small_web_formats(monkeypatch)
    tried: set[str] = set()

    def first(call: Call) -> bool:
        new = is_picture(call) and call.path not in tried
        tried.add(call.path)
        return new

    bucket.fail(403, match=first, **CAP)
    only = [Kind.HERO, Kind.COMPARISON, Kind.CARD]
    image_set = run_set(ARTICLE, only)
    assert image_set.status == "complete", image_set.troubles
    assert statuses(image_set) == {"stored"}
    assert {len(image.variants) for image in image_set.images} == {1}
    assert image_set.cost_usd == pytest.approx(0.06 + 2 * 0.006)
    assert statuses(run_set(ARTICLE, only)) == {"reused"}
    assert world.paid == (1, 2)


def test_a_download_that_is_no_picture_yet_is_fetched_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CDN's page, nothing, half a picture, another body or "not there": the prediction is collected in this run."""
    monkeypatch.setenv("IMAGES_RETRY_SECONDS", "30")
    for kind in ("html", "empty", "truncated", "wrong_type", 404, 503):
        world.replicate.fault("download", kind, times=1)
    image_set = run_set(ARTICLE, [Kind.HERO])
    assert image_set.status == "complete", image_set.troubles
    assert image_set.cost_usd == 0.06
    assert world.paid == (1, 0)


def test_a_download_that_stays_no_picture_is_collected_by_a_later_run(world: World) -> None:
    """When its time is over the picture is failed and names what came; nothing is paid for it again."""
    world.replicate.fault("download", "html", times=None)
    first = run_set(ARTICLE, [Kind.HERO])
    assert "not a PNG, JPEG or WebP picture" in str(first.images[0].error)
    world.replicate.cdn.faults.clear()
    assert run_set(ARTICLE, [Kind.HERO]).status == "complete"
    assert world.paid == (1, 0)


def test_a_prediction_that_cannot_be_seen_yet_is_waited_for(world: World) -> None:
    """A vendor that does not know for a moment what it has just accepted costs the run no picture, and no order."""
    world.replicate.fault("get", 404, times=3)
    image_set = run_set(ARTICLE, [Kind.HERO])
    assert image_set.status == "complete", image_set.troubles
    assert world.paid == (1, 0)


def test_what_the_vendor_broke_off_is_ordered_once_more(world: World) -> None:
    """A prediction that was interrupted is made once more in this run, once; the picture's note says so."""
    world.replicate.fault("create", "failed", times=1, match=lambda call: "ultra" in str(call.model))
    world.replicate.fault(
        "create", "failed", times=1, error="CUDA out of memory", match=lambda c: "dev" in str(c.model)
    )
    image_set = run_set(ARTICLE, [Kind.HERO, Kind.SOCIAL])
    assert image_set.status == "complete", image_set.troubles
    assert len(world.replicate.paid) == 5
    assert "please retry (code: PA)" in str(image_set.images[0].note)
    assert image_set.cost_usd == pytest.approx(0.06 + 2 * 0.025)


@pytest.mark.parametrize(
    ("error", "orders"),
    [
        ("Prediction interrupted; please retry (code: PA)", 2),
        ("invalid value for seed, please try again", 1),
        (NSFW, 2),  # the other seed's
    ],
)
def test_what_fails_again_is_not_ordered_for_ever(world: World, error: str, orders: int) -> None:
    """Broken off twice: the run gives it up. Bad input and moderation are no interruption, whatever they ask for."""
    world.replicate.fault("create", "failed", times=None, error=error)
    run_set(ARTICLE, [Kind.HERO])
    assert len(world.replicate.paid) == orders


def test_a_model_that_starts_is_waited_for_while_the_rest_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chutes without an instance is asked again until there is one; the other pictures do not wait for that."""
    monkeypatch.setenv("IMAGES_COLD_START_SECONDS", "60")
    others = 2
    world.chutes.fault("generate", 503, times=None, match=lambda _: len(world.objects()) < others, detail=COLD)
    image_set = run_set(ARTICLE, [Kind.COMPARISON, Kind.CARD])
    assert image_set.status == "complete", image_set.troubles
    assert world.paid == (0, 2)


def test_a_model_that_does_not_start_is_given_up(world: World) -> None:
    """When its time is over the pictures are failed, the setting is named, nothing was paid, the rest is there."""
    world.chutes.fault("generate", 503, times=None, detail=COLD)
    image_set = run_set(ARTICLE, [Kind.COMPARISON, Kind.CARD])
    assert [image.status for image in image_set.images] == ["failed", "failed", "stored", "stored"]
    assert "IMAGES_COLD_START_SECONDS" in str(image_set.images[0].error)
    assert world.paid == (0, 0)
