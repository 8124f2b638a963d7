"""Prompts."""

from imaging.articles.article import Article
from imaging.planning import prompts
from imaging.planning.look import Look


def test_prompts_name_what_they_are_about_and_forbid_text() -> None:
    """Each prompt holds the topic, its own subject, and the wish for a picture without letters."""
    article = Article(topic="Grüner Tee", excerpt="Ein  Aufguss\naus Blättern.")
    asked = [
        prompts.hero_prompt(article, Look()),
        prompts.supporting_prompt(article, Look(), "Wasser"),
        prompts.comparison_prompt(article, Look()),
        prompts.social_prompt(article, Look(), "square"),
        prompts.social_prompt(article, Look(), "vertical full-screen"),
    ]
    assert len(set(asked)) == 5
    assert all("Grüner Tee" in prompt and "no text" in prompt for prompt in asked)
    assert "Ein Aufguss aus Blättern." in asked[0]
    assert "Wasser" in asked[1]
    assert "vertical" in asked[4]


def test_a_prompt_has_a_bound() -> None:
    """The longest topic, excerpt and aspect make a prompt of less than 1000 characters."""
    article = Article(topic="t" * 300, excerpt="e" * 2000)
    assert len(prompts.hero_prompt(article, Look())) < 1000
    assert len(prompts.supporting_prompt(article, Look(), "a" * 200)) < 1000
