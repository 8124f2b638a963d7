"""Prompts: what each kind of picture asks its model for."""

from imaging.articles.article import Article
from imaging.text.sections import cut

_STYLE = "natural light, rich detail, tasteful colour grading, no text, no letters, no watermark, no logo"


def hero_prompt(article: Article) -> str:
    """Ask for the editorial picture above the article."""
    about = f" The article is about: {_short(article.excerpt)}" if article.excerpt else ""
    return f"Editorial hero photograph for an article titled “{article.title}”.{about} Wide composition, {_STYLE}"


def supporting_prompt(article: Article, aspect: str) -> str:
    """Ask for a picture of one aspect of the article."""
    return f"Editorial photograph illustrating “{aspect}” in an article titled “{article.title}”. {_STYLE}"


def comparison_prompt(article: Article) -> str:
    """Ask every compared model for the same."""
    return f"Editorial illustration for an article titled “{article.title}”. Balanced square composition, {_STYLE}"


def social_prompt(article: Article, shape: str) -> str:
    """Ask for a picture of this shape that stops the thumb."""
    return f"Eye-catching {shape} picture for social media on “{article.title}”. One clear subject, {_STYLE}"


def _short(text: str) -> str:
    return cut(" ".join(text.split()), 300)
