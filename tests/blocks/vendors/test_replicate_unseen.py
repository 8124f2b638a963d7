"""Predictions that Replicate does not know yet, or no more: its reads may lag behind what it has just accepted."""

from typing import Any

import pytest

from blocks.vendors import looks
from blocks.vendors.replicate import Replicate
from imaging.errors import PredictionEnded, ProviderError
from imaging.spec import ImageSpec
from tests.standins import ReplicateStandin


@pytest.mark.parametrize("said", [{}, {"detail": ""}])
def test_a_prediction_that_was_created_just_now_may_not_be_there_yet(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, said: dict[str, Any]
) -> None:
    """For some seconds after a create, "not found" is no end, in whose words it may be: it is looked at again."""
    replicate_api.fault("get", 404, times=4, **said)
    assert replicate.collect(replicate.create(hero), is_new=True).endswith("/out-0.png")
    assert replicate_api.created() == 1


def test_a_prediction_that_does_not_appear_is_gone(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to be found after several looks, or at the first look at an earlier run's: it is over."""
    monkeypatch.setattr(looks, "_UNSEEN", 1.0)
    prediction_id = replicate.create(hero)
    replicate_api.fault("get", 404, times=None)
    with pytest.raises(PredictionEnded, match=f"{prediction_id} is gone"):
        replicate.collect(prediction_id, is_new=True)
    looked = len(replicate_api.requests) - 1
    assert looked >= 3
    with pytest.raises(PredictionEnded, match=f"{prediction_id} is gone"):
        replicate.collect(prediction_id)
    assert len(replicate_api.requests) == 1 + looked + 1


def test_the_wait_for_a_prediction_that_is_not_there_yet_ends_with_the_run(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """A run that is stopped waits for nothing, and does not take for ended what it has just created."""
    replicate_api.fault("get", 404, times=None)
    with pytest.raises(ProviderError, match="nobody waits") as stopped:
        replicate.collect(replicate.create(hero), lambda _: False, is_new=True)
    assert not isinstance(stopped.value, PredictionEnded)
