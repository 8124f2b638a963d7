"""Paid once: lost answers, refreshes and records that are out of date."""

import shutil
from datetime import timedelta

import pytest

from flows.repair import repair
from imaging.articles.brand import Brand
from imaging.kinds import Kind
from tests.flows.runs import ARTICLE
from tests.world import World, run_set


@pytest.mark.parametrize(
    ("kinds", "hours"), [(["reset_after", 502, "html"], -2), (["truncated", "wrong_type", "empty"], 2)]
)
def test_a_create_whose_answer_is_lost_is_adopted(world: World, kinds: list[str | int], hours: int) -> None:
    """A prediction whose create was answered by nonsense or not at all is found in the list, whatever clocks say."""
    world.replicate.skew = timedelta(hours=hours)
    for kind in kinds:
        world.replicate.fault("create", kind, times=1, paid=True)
    world.replicate.fault("list", "wrong_type", times=2, body={"results": []})  # before the run, and a first look: late
    image_set = run_set(ARTICLE, [Kind.HERO, Kind.SOCIAL])
    assert image_set.status == "complete", image_set.troubles
    assert len(world.replicate.paid) == 3
    assert {image.note for image in image_set.images} == {None}


@pytest.mark.parametrize("lost_before", [0, 1])
def test_a_prediction_that_cannot_be_asked_for_is_not_ordered_again(world: World, lost_before: int) -> None:
    """Where a new kind of id is none that we can use, a picture costs once, and the next run of it costs nothing."""
    odd = {"id": "v2/abc", "version": "1", "model": "m", "input": {}, "status": "starting", "urls": {}}
    world.replicate.fault("create", 502, times=lost_before)  # so that it is the same attempt which is tried again
    world.replicate.fault("create", "wrong_type", times=None, paid=True, body=odd)
    world.replicate.fault("list", "wrong_type", times=None, body={"results": []})
    costs = []
    for _ in range(2):
        [hero] = run_set(ARTICLE, [Kind.HERO]).images
        costs.append((hero.status, hero.cost_usd))
        assert "created a prediction with an id that cannot be part of an address" in str(hero.error)
        assert "--refresh orders it again" in str(hero.error)
    assert (costs, len(world.replicate.paid)) == ([("failed", 0.06), ("failed", 0.0)], 1)


def test_a_refusal_does_not_hide_an_order_whose_answer_was_lost(world: World) -> None:
    """Where the same attempt is refused when it is made again, the first create may be there: the next run finds it."""
    world.replicate.fault("create", "reset_after", times=1, paid=True)
    world.replicate.fault("create", 422, times=None)
    world.replicate.fault("list", "wrong_type", times=None, body={"results": []})
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    world.replicate.faults.clear()
    again = run_set(ARTICLE, [Kind.HERO])
    assert (again.status, len(world.replicate.paid)) == ("complete", 1)


def test_an_answer_lost_for_good_is_adopted_by_the_next_run(world: World) -> None:
    """When the list cannot be read either, nothing is created on suspicion; the next run finds the prediction.

    It does not find the one of another tenant with the same topic, who asks for the very same picture meanwhile.
    """
    world.replicate.fault("create", "reset_after", times=1, paid=True)
    world.replicate.fault("list", 503, times=None)
    first = run_set(ARTICLE, [Kind.HERO])
    assert first.images[0].status == "failed"
    world.replicate.faults.clear()
    other = run_set(ARTICLE.model_copy(update={"user_id": "acme"}), [Kind.HERO])
    again = run_set(ARTICLE, [Kind.HERO])
    assert again.status == "complete"
    ids = [image_set.images[0].prediction_id for image_set in (again, other)]
    assert ids == [one.id for one in world.replicate.paid]


def test_a_file_that_does_not_answer_is_no_reason_to_pay(world: World) -> None:
    """Within its hour a prediction whose picture cannot be fetched is looked for again by each run."""
    world.replicate.fault("download", 403, times=None)
    assert [run_set(ARTICLE, [Kind.HERO]).status for _ in range(2)] == ["degraded", "degraded"]
    world.replicate.cdn.faults.clear()
    assert run_set(ARTICLE, [Kind.HERO]).status == "complete"
    assert len(world.replicate.paid) == 1


def test_a_failed_prediction_of_an_earlier_run_is_replaced(world: World) -> None:
    """A prediction that failed is not asked for ever again: the next run creates one more, and only one."""
    world.replicate.fault("create", "failed", times=1, error="ValueError: no such sampler")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    assert run_set(ARTICLE, [Kind.HERO]).status == "complete"
    assert len(world.replicate.paid) == 2


def test_a_refresh_that_did_not_end_is_resumed_by_the_next(world: World, impatient: None) -> None:
    """What a refresh has ordered and nobody has collected yet is collected by the next refresh, not ordered again.

    The first one orders another picture although the one that it replaces, with the same input, is listed.
    """
    run_set(ARTICLE, [Kind.HERO])
    world.replicate.fault("get", 500, times=None)
    assert run_set(ARTICLE, [Kind.HERO], refresh=True).images[0].status == "failed"
    assert len(world.replicate.paid) == 2
    world.replicate.faults.clear()
    image_set = run_set(ARTICLE, [Kind.HERO], refresh=True)
    assert [image_set.images[0].prediction_id] == [one.id for one in world.replicate.paid[1:]]


def test_a_picture_that_is_made_anew_says_so(world: World, impatient: None) -> None:
    """After its hour a prediction is made anew, once, and the image tells why, whichever run gets the picture."""
    world.replicate.fault("get", 500, times=None)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    (first,) = world.replicate.paid
    world.replicate.faults.clear()
    world.replicate.expire()
    world.replicate.fault("get", 500, times=None, match=lambda call: call.prediction_id != first.id)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    world.replicate.faults.clear()
    image_set = run_set(ARTICLE, [Kind.HERO])
    (image,) = image_set.images
    assert (image_set.status, len(world.replicate.paid)) == ("complete", 2)
    assert str(image.note).startswith(f"made anew, since an earlier one came to nothing: prediction {first.id} ")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].note == image.note


def test_a_finished_article_is_not_paid_again_while_the_bucket_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records are on this machine too; the run without the bucket pays nothing, and is degraded all the same."""
    before = run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON])
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    away = run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON])
    assert [(image.status, image.sha256) for image in away.images] == [("reused", one.sha256) for one in before.images]
    assert (away.status, away.manifest_url) == ("degraded", None)
    assert world.paid == (1, 2)


def test_a_record_of_this_machine_does_not_win_over_a_newer_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another machine has made anew since counts: when `_results/` is gone, and after an outage and `repair`."""
    run_set(ARTICLE, [Kind.HERO])
    monkeypatch.setenv("IMAGES_DATA_DIR", str(world.folder / "another"))
    newer = run_set(ARTICLE, [Kind.HERO], refresh=True).images[0]
    monkeypatch.setenv("IMAGES_DATA_DIR", world.environment["IMAGES_DATA_DIR"])
    shutil.rmtree(world.bucket / "_results")
    again = run_set(ARTICLE, [Kind.HERO]).images[0]
    assert (again.status, again.sha256) == ("reused", newer.sha256)

    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    branded = ARTICLE.model_copy(update={"brand": Brand(color="#112233")})
    assert run_set(branded, [Kind.HERO, Kind.CARD]).status == "degraded"
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    assert repair() == {"repaired": 2, "left": 0}
    manifest = world.store.get_json("default/kaffee-richtig-lagern/manifest.json")
    assert manifest["images"][0]["sha256"] == newer.sha256
    assert world.paid == (2, 0)
