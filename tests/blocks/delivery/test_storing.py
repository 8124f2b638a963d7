"""What a vendor delivers is looked at before a set calls itself complete."""

from typing import Any

import pytest

from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import marks
from tests.imaging.pictures.containers import png_chunk, zipped
from tests.standins.pictures import picture
from tests.world import World, run_state, set_of

ARTICLE = Article(topic="Kaffee richtig lagern")
STORY = picture("a wide one", 2752, 1536, "png")


def test_a_picture_of_another_ratio_is_stored_and_said(world: World) -> None:
    """A wide picture for an upright place is kept, since it was paid for; the set is not complete, now or later."""
    world.replicate.fault(
        "download", "other_picture", data=STORY, match=lambda call: call.input["aspect_ratio"] == "9:16"
    )
    said = "2752x1536 pixels came, 9:16 was ordered"
    for status in ("stored", "reused"):
        state = run_state(ARTICLE, [Kind.SOCIAL])
        image_set = set_of(state)
        instagram, tiktok = image_set.images
        assert (state.name, image_set.status) == ("Degraded", "degraded")
        assert (tiktok.status, tiktok.durable, tiktok.note) == (status, True, said)
        assert (instagram.status, instagram.note) == (status, None)
        assert image_set.problems == [f"tiktok: {said}"]
    assert world.paid == (2, 0)


@pytest.mark.parametrize(("fault", "options"), [("bomb", {}), ("other_picture", {"data": STORY})])
def test_a_picture_with_too_many_pixels_names_the_limit(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str, options: dict[str, Any]
) -> None:
    """Who pays for large pictures is told which setting lets them in; then the refused one is collected."""
    monkeypatch.setenv("IMAGES_MAX_PIXELS", "1000000")
    world.replicate.fault("download", fault, times=None, **options)
    hero = set_of(run_state(ARTICLE, [Kind.HERO])).images[0]
    assert "at most 1,000,000 are accepted (IMAGES_MAX_PIXELS)" in str(hero.error)
    world.replicate.cdn.faults.clear()
    monkeypatch.setenv("IMAGES_MAX_PIXELS", "64000000")
    assert set_of(run_state(ARTICLE, [Kind.HERO])).status == "complete"
    assert world.paid == (1, 0)


def test_a_title_that_no_font_has_degrades(world: World) -> None:
    """A card without its letters is stored, and says which are missing, also when it is used again."""
    for _ in range(2):
        image_set = set_of(run_state(Article(topic="Kaffee \U00017000"), [Kind.CARD]))
        assert [image.durable for image in image_set.images] == [True, True]
        assert image_set.status == "degraded"
        assert all("U+17000" in str(image.note) for image in image_set.images)
        assert [problem.split(":")[0] for problem in image_set.problems] == ["linkedin", "facebook"]


def test_what_lies_beside_the_pixels_is_cleaned_and_loses_no_picture(world: World) -> None:
    """A hidden archive, and EXIF that nobody can read, are left out of what is stored, by both vendors' ways."""
    whole = picture("beside", 1024, 1024, "png")
    odd = whole[:-12] + png_chunk(b"zIPx", zipped()) + png_chunk(b"eXIf", b"no TIFF") + whole[-12:]
    world.replicate.fault("download", "other_picture", times=None, data=odd)
    world.chutes.fault("generate", "other_picture", times=None, data=odd)
    image_set = set_of(run_state(ARTICLE, [Kind.SOCIAL, Kind.COMPARISON]))
    assert {image.status for image in image_set.images} == {"stored"}
    for image in image_set.images:
        data = world.store.get(str(image.key))
        assert data
        assert zipped() not in data
        assert marks(data)[xmp.DIGITAL_SOURCE_TYPE] == SourceType.TRAINED
