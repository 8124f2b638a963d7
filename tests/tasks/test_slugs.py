"""Articles that share a slug, and never a folder."""

import pytest

from imaging.articles.article import Article
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from tests.world import World, run_set


def test_two_articles_with_one_slug_never_overwrite_each_other(world: World) -> None:
    """`C++ Grundlagen` and `C Grundlagen` share a slug but no folder, and each finds its own again."""
    plus = Article(topic="C++ Grundlagen")
    plain = Article(topic="C Grundlagen")
    first, second = run_set(plus, [Kind.HERO]), run_set(plain, [Kind.HERO])
    assert first.slug == "c-grundlagen"
    assert second.slug != first.slug
    assert second.slug.startswith("c-grundlagen-")
    for article, made in ((plus, first), (plain, second)):
        again = run_set(article, [Kind.HERO])
        assert again.slug == made.slug
        assert {image.status for image in again.images} == {"reused"}


def test_a_chosen_slug_does_not_take_anothers_folder(world: World) -> None:
    """An explicit slug that belongs to another article is bad input, and the owner's pictures stay as they are."""
    run_set(Article(topic="Kaffee und Tee", article_id="A"), [Kind.CARD])
    before = world.objects()
    with pytest.raises(InvalidInput, match="slug"):
        run_set(Article(topic="Ganz anderer Artikel", slug="kaffee-und-tee"), [Kind.CARD])
    assert world.objects() == before


def test_a_run_without_the_id_does_not_open_the_folder_to_others(world: World) -> None:
    """Two articles of one title keep their folders by their ids, also after somebody ran it without an id."""
    slugs = [
        run_set(Article(topic="Gleich", article_id=article_id), [Kind.CARD]).slug
        for article_id in ("A", "B", None, "B", "A")
    ]
    assert slugs[0] == slugs[2] == slugs[4] == "gleich"
    assert slugs[1] == slugs[3] != "gleich"
