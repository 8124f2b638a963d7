"""An article as it was read, and what was not taken from its document."""

from collections.abc import Iterable
from dataclasses import dataclass

from imaging.articles.article import Article
from imaging.sanitizing.printable import printable_name

_MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """An article.

    `passed_over`: the names of fields that mean nothing here. `unpublished`: why it is not public, None if it is.
    """

    article: Article
    passed_over: tuple[str, ...] = ()
    unpublished: str | None = None


def names_listed(names: Iterable[str]) -> str:
    """Return names of fields in words for users."""
    counted = [printable_name(name) for name in names]
    more = len(counted) - _MOST_NAMES
    return ", ".join(counted[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
