"""Prompts: what each kind of picture asks its model for."""

from imaging.articles.article import Article
from imaging.planning.look import Look
from imaging.text.sections import cut


def hero_prompt(article: Article, look: Look) -> str:
    """Ask for the editorial picture above the article."""
    about = f" The article is about: {_short(article.excerpt)}" if article.excerpt else ""
    kind = f"Editorial hero {look.medium('photograph')}"
    return f"{kind} for an article titled “{article.title}”.{about} Wide composition, {look.style}"


def supporting_prompt(article: Article, look: Look, aspect: str) -> str:
    """Ask for a picture of one aspect of the article."""
    kind = f"Editorial {look.medium('photograph')}"
    return f"{kind} illustrating “{aspect}” in an article titled “{article.title}”. {look.style}"


def comparison_prompt(article: Article, look: Look) -> str:
    """Ask every compared model for the same."""
    kind = f"Editorial {look.medium('illustration')}"
    return f"{kind} for an article titled “{article.title}”. Balanced square composition, {look.style}"


def social_prompt(article: Article, look: Look, shape: str) -> str:
    """Ask for a picture of this shape that stops the thumb."""
    return f"Eye-catching {shape} picture for social media on “{article.title}”. One clear subject, {look.style}"


def _short(text: str) -> str:
    return cut(" ".join(text.split()), 300)
