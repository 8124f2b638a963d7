"""Claims: which article owns a slug, so that two articles of a tenant never share a folder."""

import re
from collections.abc import Callable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict

from imaging.articles.article import Article
from imaging.articles.field_types import PlainText
from imaging.articles.origin import id_key, url_key
from imaging.slug import short_hash

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)  # links may change while the text stays the same


def _no_file(_path: str) -> bool:
    return False


class Likeness(IntEnum):
    """How certain it is that a claim belongs to an article."""

    NONE = 0
    TITLE = 1  # the title matches, and nothing contradicts it
    SURE = 2


class Claim(BaseModel):
    """The identity of the article that owns a slug. Claims of earlier versions have `article_id` and `topic` alone.

    `path`: the file's path within its source; `file`: the last parts of its whole path. `url` and `text`: hashes of the
    article's address and text, empty for an article without text. `feed`: the article is a feed item, whose id may
    change with each fetch.
    """

    model_config = ConfigDict(frozen=True)

    article_id: str | None = None
    topic: PlainText  # validated like Article.topic, so that claims of versions without that still match
    path: str | None = None
    file: str | None = None
    url: str | None = None
    text: str | None = None
    feed: bool = False

    @classmethod
    def of(cls, article: Article) -> "Claim":
        """Return the claim of `article`."""
        address = url_key(article.origin.url)
        return cls(
            article_id=article.article_id,
            topic=article.topic,
            path=article.origin.known_path,
            file=article.origin.known_file,
            url=short_hash(address, 16) if address else None,
            text=_text_hash(f"{article.excerpt}\n{article.body}"),
            feed=article.origin.is_feed,
        )

    def is_of(self, article: Article, is_file: Callable[[str], bool] = _no_file) -> bool:
        """Return whether this claim belongs to `article`."""
        return self.likeness(article, is_file) > Likeness.NONE

    def likeness(self, article: Article, is_file: Callable[[str], bool] = _no_file) -> Likeness:
        """Return how certain it is that this claim belongs to `article`.

        `is_file` returns whether a file of its source exists. Two files that both exist are two articles, unless their
        ids say otherwise.
        """
        other = Claim.of(article)
        if not (self.path and other.path) or (self.article_id and other.article_id):
            return self.likeness_of(other)
        same_file = article.origin.leads_to(str(self.path), self.file, is_file)
        if same_file is False:
            # A file given alone may be a copy from another day's export: the pictures are the same.
            is_copy = not article.origin.source and self.topic == other.topic and self._has_text_of(other)
            return Likeness.TITLE if is_copy else Likeness.NONE
        alike = [self.topic == other.topic, self._has_text_of(other)]
        # Both title and text differ: the file was reused for another article.
        if all(alike) or (same_file and any(alike)):
            return Likeness.SURE
        return Likeness.TITLE if self.topic == other.topic else Likeness.NONE

    def likeness_of(self, other: "Claim") -> Likeness:
        """Return how certain it is that both claims belong to one article, without looking at its file.

        The ids decide if both have one, except for feeds, whose ids may change with each fetch or be the article's
        address. A feed item is recognised by any two of address, title and text.
        """
        ids = self.article_id and other.article_id
        if self.article_id and other.article_id and id_key(self.article_id) == id_key(other.article_id):
            return Likeness.SURE
        if (ids and (self.feed or other.feed)) or (self.url and other.url):
            alike = [bool(self.url) and self.url == other.url, self.topic == other.topic, self._has_text_of(other)]
            return Likeness.SURE if sum(alike) > 1 else Likeness.NONE
        if self.path and other.path and self.path != other.path:
            return Likeness.NONE
        return Likeness.TITLE if not ids and self.topic == other.topic else Likeness.NONE

    def renewed(self, article: Article, is_file: Callable[[str], bool] = _no_file) -> "Claim":
        """Return this claim updated from the article of the current run.

        The identity stays, apart from the path of a moved file: otherwise an id that changes with each fetch would be
        written each time.
        """
        other, place = Claim.of(article), {"path": self.path, "file": self.file}
        same_file = article.origin.leads_to(self.path, self.file, is_file) if self.path and other.path else None
        if other.path and same_file is None:
            place = {"path": other.path, "file": other.file}
        elif same_file and not article.origin.ends_with(self.file):
            place["file"] = other.file
        return self.model_copy(
            update={
                "article_id": self.article_id or other.article_id,
                "topic": other.topic,
                "url": self.url or other.url,
                "text": other.text,
                "feed": self.feed if self.article_id else other.feed,
                **place,
            }
        )

    @property
    def known_by(self) -> list[str]:
        """The names under which the article's folder is found when its title has changed."""
        named = {"id": self.article_id and id_key(self.article_id), "url": self.url, "path": self.path}
        if self.text and (self.feed or self.path):  # identifies a moved article among several with the same title
            named["words"] = short_hash(f"{self.topic}\n{self.text}", 16)
        return [f"{kind}:{name}" for kind, name in named.items() if name]

    def _has_text_of(self, other: "Claim") -> bool:
        return bool(self.text) and self.text == other.text


def _text_hash(text: str) -> str:
    words = " ".join(_ADDRESS.sub("", text).split())
    return short_hash(words, 16) if words else ""
