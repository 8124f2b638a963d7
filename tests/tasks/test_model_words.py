"""Prompts and alternative texts from a language model: asked for once, never at the price of a picture."""

from collections.abc import Iterator

import pytest

from imaging.articles.article import Article
from imaging.kinds import Kind
from tests.standins import WriterStandin
from tests.world import World, run_set

PICTURES = ["hero", "comparison-juggernautxl", "comparison-qwen-image", "linkedin", "facebook", "instagram", "tiktok"]


@pytest.fixture
def writer(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriterStandin]:
    """A language model, which the product is pointed at."""
    with WriterStandin() as standin:
        for name, value in standin.environment().items():
            monkeypatch.setenv(name, value)
        yield standin


def without(writer: WriterStandin, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in writer.environment():
        monkeypatch.delenv(name)


def test_words_are_asked_for_once_and_stay(
    world: World, writer: WriterStandin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One question brings prompts and alternative texts; later runs, one without the model too, pay nothing."""
    article = Article(topic="Kaffee", body="## Eins")
    made = run_set(article)
    assert [image.alt_text for image in made.images] == [f"Was {name} zeigt" for name in PICTURES]
    paid = {prediction.input["prompt"] for prediction in world.replicate.paid}
    assert paid == {"Scene 1 for hero", "Scene 1 for instagram", "Scene 1 for tiktok"}
    (asked,) = writer.asked
    assert asked["article"] == {"topic": "Kaffee", "excerpt": "", "language": "de", "sections": ["Eins"]}

    before = world.paid
    assert {image.status for image in run_set(article.model_copy(update={"body": "## Zwei"})).images} == {"reused"}
    without(writer, monkeypatch)
    again = run_set(article)
    assert {image.status for image in again.images} == {"reused"}
    assert [image.alt_text for image in again.images] == [image.alt_text for image in made.images]
    assert (world.paid, len(writer.asked)) == (before, 1)


def test_part_of_a_plan_gets_the_words_of_the_whole(world: World, writer: WriterStandin) -> None:
    """`--only` first and everything later ask one question, and make the hero once."""
    run_set(Article(topic="Kaffee"), [Kind.HERO])
    assert run_set(Article(topic="Kaffee")).images[0].status == "reused"
    assert (len(writer.asked), world.replicate.created()) == (1, 3)


def test_a_model_that_fails_costs_no_picture(world: World, writer: WriterStandin) -> None:
    """The pictures are made from our own words, and are not made again when the model answers later."""
    writer.fault("write", "html")  # each way to fail: tests/blocks/vendors/test_writer.py
    made = run_set(Article(topic="Kaffee"), [Kind.HERO])
    assert made.status == "complete"
    assert made.images[0].alt_text == "Titelbild zum Artikel „Kaffee“"
    writer.faults.clear()
    before = world.paid
    run_set(Article(topic="Kaffee"), [Kind.HERO])
    assert world.paid == before


def test_a_model_that_comes_later_gives_no_picture_another_prompt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An article that is made already keeps its pictures when a model is configured: only texts change."""
    article = Article(topic="Kaffee")
    run_set(article, [Kind.HERO])
    before = world.paid
    with WriterStandin() as writer:
        for name, value in writer.environment().items():
            monkeypatch.setenv(name, value)
        made = run_set(article, [Kind.HERO])
    assert world.paid == before
    assert made.images[0].alt_text == "Was hero zeigt"


def test_alternative_texts_alone(world: World, writer: WriterStandin, monkeypatch: pytest.MonkeyPatch) -> None:
    """With IMAGES_LLM_FOR=alt the prompts stay ours."""
    monkeypatch.setenv("IMAGES_LLM_FOR", "alt")
    made = run_set(Article(topic="Kaffee"), [Kind.HERO])
    assert made.images[0].alt_text == "Was hero zeigt"
    assert "Scene" not in str(made.images[0].prompt)
