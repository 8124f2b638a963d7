"""Who owns a slug: the note that keeps two articles of one tenant out of each other's folder."""

import re
from collections.abc import Callable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict

from imaging.articles.article import Article, Words
from imaging.articles.origin import id_key, url_key
from imaging.slug import short_hash

_ADDRESS = re.compile(r"https?://\S+")  # in a text: it may be another, and the words the same


def _no_file(_path: str) -> bool:
    return False


class Likeness(IntEnum):
    """How surely a claim is an article's own."""

    NONE = 0
    TITLE = 1  # by its title, and nothing speaks against it
    SURE = 2


class Claim(BaseModel):
    """What a slug's owner is known by. Claims of earlier versions have `article_id` and `topic` alone.

    `path`: of its file, within its source; `file`: the end of its whole path. `url` and `text`: hashes of its address
    and its words; the text of an article without words is empty. `feed`: it is a feed's item, and its id may be another
    at each fetch.
    """

    model_config = ConfigDict(frozen=True)

    article_id: str | None = None
    topic: Words  # read as the article's own: a claim from before it was is still recognised
    path: str | None = None
    file: str | None = None
    url: str | None = None
    text: str | None = None
    feed: bool = False

    @classmethod
    def of(cls, article: Article) -> "Claim":
        """Return the claim that `article` lays."""
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
        """Tell whether this claim is that article's own."""
        return self.likeness(article, is_file) > Likeness.NONE

    def likeness(self, article: Article, is_file: Callable[[str], bool] = _no_file) -> Likeness:
        """Return how surely this claim is that article's own. `is_file` tells whether a file of its source exists.

        Two files that are both there are two articles, whatever they are called; ids count for more than that.
        """
        other = Claim.of(article)
        if not (self.path and other.path) or (self.article_id and other.article_id):
            return self.likeness_of(other)
        same_file = article.origin.leads_to(str(self.path), self.file, is_file)
        if same_file is False:
            # Given alone it may be a copy, of an export of another day: its pictures are the same, whoever's it is.
            is_copy = not article.origin.source and self.topic == other.topic and self._has_text_of(other)
            return Likeness.TITLE if is_copy else Likeness.NONE
        alike = [self.topic == other.topic, self._has_text_of(other)]
        # Another title over other words: the file was used for another article.
        if all(alike) or (same_file and any(alike)):
            return Likeness.SURE
        return Likeness.TITLE if self.topic == other.topic else Likeness.NONE

    def likeness_of(self, other: "Claim") -> Likeness:
        """Return how surely both are claims of one article, as far as can be told without its file.

        The ids decide where both have one, save for a feed's: they may change with each fetch, or be the article's
        address. An item is recognised by any two of address, title and text.
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
        """Return this claim with what the article's run knows of it.

        What it is recognised by stays, save for the place of a file that was moved: an id that changes with each fetch
        would be written down each time.
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
        """What leads to the article's folder under another title as well: a name for each."""
        named = {"id": self.article_id and id_key(self.article_id), "url": self.url, "path": self.path}
        if self.text and (self.feed or self.path):  # among several of one title, the one that was moved
            named["words"] = short_hash(f"{self.topic}\n{self.text}", 16)
        return [f"{kind}:{name}" for kind, name in named.items() if name]

    def _has_text_of(self, other: "Claim") -> bool:
        return bool(self.text) and self.text == other.text


def _text_hash(text: str) -> str:
    words = " ".join(_ADDRESS.sub("", text).split())
    return short_hash(words, 16) if words else ""
