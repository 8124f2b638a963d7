"""A picture that was not delivered is asked for once more, with another seed, where the budget has room."""

import json
from typing import Any

import pytest

from imaging.kinds import Kind
from tests.blocks.delivery.test_billing import ARTICLE, HERO_USD, hero, month
from tests.world import World, run_set


@pytest.mark.parametrize(
    ("outcome", "options", "words"),
    [
        ("nsfw", {"error": "Your request was rejected as a result of our safety system."}, "safety system"),
        ("output", {"output": []}, "its output holds no picture"),
    ],
)
def test_a_prediction_without_a_picture_is_paid_for_with_two_seeds_and_no_more(
    world: World, outcome: str, options: dict[str, Any], words: str
) -> None:
    """Another seed once, then the fallback, whose entry carries what was spent; the next runs know it."""
    world.replicate.fault("create", outcome, times=None, **options)
    first = hero()
    world.replicate.fault("get", 404, times=None)  # that its reason can no longer be read changes nothing
    second = hero()
    assert (first.provider, first.status, first.cost_usd) == ("painter", "stored", 2 * HERO_USD)
    assert (second.provider, second.status, second.cost_usd) == ("painter", "reused", 0)
    assert first.fallback_from == second.fallback_from == "replicate:black-forest-labs/flux-1.1-pro-ultra"
    assert words in str(first.error)
    assert str(first.error).startswith("with another seed too: ")
    assert first.error == second.error
    assert world.paid == (2, 0)
    assert month(world) == {"spent": 2 * HERO_USD, "reserved": {}}
    world.replicate.faults.clear()
    assert (hero(refresh=True).provider, len(world.replicate.paid)) == ("replicate", 3)


def test_another_seed_is_asked_for_only_where_the_budget_has_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A budget of one picture pays for one; with more room the next run tries the other seed."""
    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps({"run_usd": HERO_USD}))
    world.replicate.fault("create", "nsfw", times=1)
    image = hero()
    assert (image.provider, image.cost_usd, len(world.replicate.paid)) == ("painter", HERO_USD, 1)
    assert "the budget has no room to ask again with another seed" in str(image.error)
    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps({"run_usd": 2 * HERO_USD}))
    image = hero()
    assert (image.provider, image.cost_usd, len(world.replicate.paid)) == ("replicate", HERO_USD, 2)


def test_an_empty_answer_of_chutes_is_asked_for_with_another_seed(world: World) -> None:
    """No bytes are no picture: one more try, which brings it, costs what it costs."""
    world.chutes.fault("generate", "empty", times=1, match=lambda call: call.model == "chutes-qwen-image")
    image_set = run_set(ARTICLE, [Kind.COMPARISON])
    assert (image_set.status, image_set.cost_usd) == ("complete", 0.018)
    assert "made with seed" in str(image_set.images[1].note)
    assert len(world.chutes.paid) == 3
