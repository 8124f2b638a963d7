"""The language of an article: its own, else its source's, its tenant's, that of its text, or the default."""

from dataclasses import dataclass

from imaging.articles.article import Article
from imaging.text.language import language_of


@dataclass(frozen=True, slots=True)
class Settled:
    """An article whose language is settled. `reason`: why it is this one, in words for the log."""

    article: Article
    reason: str


def in_source_language(article: Article, language: str | None) -> Article:
    """Return the article in the language of its source, if it names none itself and the source has one."""
    if not language or "language" in article.model_fields_set:
        return article
    return article.model_copy(update={"language": language})


def settled(article: Article, tenants: str | None, default: str) -> Settled:
    """Settle the language of an article that may name none. `tenants`: that of its tenant's brand."""
    if "language" in article.model_fields_set:
        return Settled(article, "named by the article or its source")
    if tenants:
        return Settled(in_source_language(article, tenants), "that of the tenant's brand")
    if found := language_of(article.topic, article.excerpt, article.body):
        return Settled(in_source_language(article, found), "found from the text")
    reason = "IMAGES_LANGUAGE, since the text is too short or mixed to find it"
    return Settled(in_source_language(article, default), reason)
