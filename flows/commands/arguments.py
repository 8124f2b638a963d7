"""Arguments of commands, read before anything large is imported: bad input does not wait for it."""

import os
import sys
from pathlib import Path

from pydantic import ValidationError

from imaging.articles.article import Article
from imaging.articles.documents import MAX_BYTES, decoded, parse_document, read_from
from imaging.articles.parsing import parse_json
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from imaging.validation import explain

STDIN = "-"


def read_article(source: str, user_id: str | None = None) -> Article:
    """Read the article from a file or, for `-`, from standard input, for a tenant if one is given.

    Raises InvalidInput.
    """
    article = _from_stdin() if source == STDIN else _from_file(source)
    return article if user_id is None else _for_tenant(article, user_id)


def check_tenant(user_id: str | None, argument: str = "--user-id") -> None:
    """Raise InvalidInput that names the argument for a tenant that cannot be one."""
    if user_id is not None:
        _for_tenant(Article(topic="-"), user_id, argument)


def chosen_kinds(only: list[str] | None) -> list[Kind] | None:
    """Return the kinds of `--only`, None for all. Raises InvalidInput."""
    names = [name.strip() for part in only or [] for name in part.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Kind)]
    if unknown or (only and not names):
        raise InvalidInput(f"--only: {', '.join(unknown) or 'nothing'} is not a kind; choose from {', '.join(Kind)}")
    return [Kind(name) for name in names] or None


def _from_stdin() -> Article:
    if sys.stdin is None:
        raise InvalidInput("ARTICLE: - reads standard input, which is closed")
    return parse_json(decoded(sys.stdin.buffer.read(MAX_BYTES + 1), "ARTICLE: standard input"))


def _from_file(source: str) -> Article:
    path = Path(source)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise InvalidInput(f"ARTICLE: {source!r} cannot be read: {reason}") from None
    return read_from(parse_document(data, f"ARTICLE: {source}"), "", os.path.abspath(path))


def _for_tenant(article: Article, user_id: str, argument: str = "--user-id") -> Article:
    try:
        return Article.model_validate(article.model_dump() | {"user_id": user_id})
    except ValidationError as error:
        raise InvalidInput(f"{argument}: {explain(error)}") from None
