"""What is for the public: a set without money, vendors' words and prompts."""

import json

import pytest

from imaging.entry import failed, fallen_back
from imaging.pages.public import public_document, public_set
from imaging.record import ImageSet
from imaging.spec import ImageSpec
from tests.imaging.test_record import HERO, SPECS, entry, image_set

SECRETS = (
    "over default's budget of 0.13 USD for 2026-11, 0.01 USD left",
    "the bucket acme answered AccessDenied: not entitled at s3.internal",
    "prediction p1 failed: CUDA out of memory on node-7.replicate.internal",
)


def whole(error: str) -> ImageSet:
    card: ImageSpec = next(spec for spec in SPECS if spec.name == "linkedin")
    problems = [f"no manifest: {error}", f"hero: {error}", f"others may pay again: {error}", f"{error}"]
    images = (entry(trouble=error, fallback_url="https://replicate.delivery/x.png"), failed(HERO, error))
    stand_in = fallen_back(entry(), card, error)
    return image_set(*images, stand_in, problems=problems)


@pytest.mark.parametrize("error", SECRETS)
def test_reasons_are_short_and_nobody_elses(error: str) -> None:
    """No budget, no answer of storage or vendor, no id and no note is told; that something is wrong is."""
    shown = whole(error)
    document = public_document(shown, prompts=False)
    assert not [word for word in (error, "USD", "p1", "internal", "made anew") if word in document]
    assert json.loads(document)["status"] == "degraded"
    reasons = [image.error for image in public_set(shown, prompts=False).images]
    assert reasons == [
        "the picture is not stored yet",
        "the picture could not be made",
        "another picture takes its place",
    ]


def test_money_is_null_and_read_again_as_nothing() -> None:
    """Every `cost_usd` is null; a reader that only has this document still gets a set out of it."""
    document = json.loads(public_document(image_set(entry()), prompts=False))
    assert [document["cost_usd"], *(image["cost_usd"] for image in document["images"])] == [None, None]
    assert ImageSet.model_validate(document).cost_usd == 0


def test_prompts_are_told_where_they_may_be() -> None:
    """The prompt stands in the public document only where the operator lets marks tell it."""
    prompt = HERO.prompt
    assert prompt
    assert public_set(image_set(entry()), prompts=False).images[0].prompt is None
    assert public_set(image_set(entry()), prompts=True).images[0].prompt == prompt


def test_our_own_reason_is_told_as_it_is() -> None:
    """That a run was stopped, and that it can be run again, holds nothing that is not for the public."""
    reason = "stopped by SIGTERM; run again to collect it"
    assert public_set(image_set(failed(HERO, reason)), prompts=False).images[0].error == reason
