"""Pictures that a vendor refuses for what they show: one more try with another seed."""

from imaging.kinds import Kind
from tests.flows.runs import ARTICLE
from tests.standins.vendors.predictions import NSFW
from tests.world import World, run_set


def test_a_moderated_picture_is_made_with_another_seed(world: World, impatient: None) -> None:
    """A refusal for what is shown leads to one more order, with another seed; a run that breaks off repeats neither."""
    plain = run_set(ARTICLE.model_copy(update={"user_id": "acme"}), [Kind.HERO]).images[0]
    world.replicate.fault("create", "nsfw", times=1)
    world.replicate.fault("get", 500, times=None, match=lambda call: "seed" in call.input)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    world.replicate.faults.clear()
    (image,) = run_set(ARTICLE, [Kind.HERO]).images
    _, refused, seeded = world.replicate.paid
    assert seeded.input == {**refused.input, "seed": seeded.input["seed"]}
    assert image.note == f"made with seed {seeded.input['seed']}: prediction {refused.id} failed: {NSFW}"
    assert (image.status, image.prediction_id, image.cost_usd) == ("stored", seeded.id, plain.cost_usd)
    assert (image.key, image.prompt) == ("default/kaffee-richtig-lagern/hero.png", plain.prompt)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "reused"


def test_a_prompt_that_is_moderated_is_asked_with_another_seed(world: World) -> None:
    """Both vendors may refuse at once; the one more try that passes is noted, and is all that is paid for."""
    world.replicate.fault("create", 422, times=1, detail=NSFW)
    world.chutes.fault("generate", 400, times=1, detail=NSFW)
    image_set = run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON])
    assert image_set.status == "complete", image_set.troubles
    notes = [str(image.note) for image in image_set.images if image.note]
    assert len(notes) == 2
    assert all(note.startswith("made with seed ") and NSFW in note for note in notes)
    assert world.paid == (1, 2)
