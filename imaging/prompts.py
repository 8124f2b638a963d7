"""The words: what the models are asked for, and the alternative texts that readers get instead of a picture."""

from collections.abc import Mapping

from imaging.article import Article
from imaging.sections import MAX_LABEL, cut

_STYLE = "natural light, rich detail, tasteful colour grading, no text, no letters, no watermark, no logo"
MAX_ALT_TEXT = 125  # characters; screen readers cut what is longer

# Alternative texts in the article's language; a language that is not listed gets the bare words.
_ALT: Mapping[str, Mapping[str, str]] = {
    "de": {
        "hero": "Titelbild zum Artikel „{topic}“",
        "supporting": "Bild zum Abschnitt „{aspect}“: {topic}",
        "comparison": "Bildvariante von {model} zum Thema {topic}",
        "card": "Vorschaukarte für {platform}: {topic}",
        "social": "Bild für {platform} zum Artikel „{topic}“",
    },
    "en": {
        "hero": "Title picture of the article “{topic}”",
        "supporting": "Picture for the section “{aspect}”: {topic}",
        "comparison": "Picture by {model} on the topic {topic}",
        "card": "Preview card for {platform}: {topic}",
        "social": "Picture for {platform}, article “{topic}”",
    },
}
_BARE: Mapping[str, str] = {
    "hero": "{topic}",
    "supporting": "{aspect} – {topic}",
    "comparison": "{topic} ({model})",
    "card": "{topic} – {platform} (Open Graph)",
    "social": "{topic} ({platform})",
}


def hero_prompt(article: Article) -> str:
    """Ask for the editorial picture above the article."""
    about = f" The article is about: {_short(article.excerpt)}" if article.excerpt else ""
    return f"Editorial hero photograph for an article titled “{article.topic}”.{about} Wide composition, {_STYLE}"


def supporting_prompt(article: Article, aspect: str) -> str:
    """Ask for a picture of one aspect of the article."""
    return f"Editorial photograph illustrating “{aspect}” in an article titled “{article.topic}”. {_STYLE}"


def comparison_prompt(article: Article) -> str:
    """Ask every compared model for the same."""
    return f"Editorial illustration for an article titled “{article.topic}”. Balanced square composition, {_STYLE}"


def social_prompt(article: Article, platform: str) -> str:
    """Ask for a picture that stops the thumb on `platform`."""
    shape = "vertical full-screen" if platform == "tiktok" else "square"
    return f"Eye-catching {shape} picture for social media on “{article.topic}”. One clear subject, {_STYLE}"


def alt_text(language: str, kind: str, topic: str, **words: str) -> str:
    """Return the alternative text of a picture of `kind`, at most 125 characters, cut at a word.

    The topic is the part that gives way, so that what tells two pictures apart stays.
    """
    pattern = _ALT.get(language, _BARE)[kind]
    words = {name: cut(word, MAX_LABEL) for name, word in words.items()}
    room = MAX_ALT_TEXT - len(pattern.format(topic="", **words))
    return pattern.format(topic=cut(topic, room), **words)


def _short(text: str) -> str:
    return cut(" ".join(text.split()), 300)
