"""Arguments of commands, read before anything large is imported: bad input does not wait for it."""

import os
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from blocks.observability.terminal import echo
from imaging.articles.article import Article
from imaging.articles.files.documents import MAX_BYTES, read_document, read_from, read_text
from imaging.articles.files.foreign import language_code
from imaging.articles.files.reading import Reading, names_listed
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from imaging.validation import explain

STDIN = "-"


def read_article(source: str, user_id: str | None = None) -> Article:
    """Read the article from a file or, for `-`, from standard input, for a tenant if one is given.

    Fields that mean nothing here are named on standard error, and so is an article that is not public. Raises
    InvalidInput.
    """
    return article_in(_from_stdin() if source == STDIN else _from_file(source), user_id)


def article_in(reading: Reading, user_id: str | None) -> Article:
    """Return the article that was read, for a tenant if one is given, and tell what was not taken from its document."""
    echo_unused(reading.passed_over)
    if reading.unpublished:
        echo(f"article-images: ARTICLE: not public ({reading.unpublished}); it is taken since you named it", err=True)
    return reading.article if user_id is None else _for_tenant(reading.article, user_id)


def echo_unused(names: Collection[str]) -> None:
    """Name fields that mean nothing here, on one line on standard error."""
    if names:
        echo(f"article-images: passed over in front matter: {names_listed(names)}", err=True)


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


def chosen_language(language: str | None) -> str | None:
    """Return the ISO 639-1 code of `--language`, which may be a tag like en-US. Raises InvalidInput."""
    if language is not None and (code := language_code(language)) is None:
        raise InvalidInput(
            f"--language: must be two letters (ISO 639-1), like de, or a tag like en-US, not {language!r}"
        )
    return code if language is not None else None


def _from_stdin() -> Reading:
    if sys.stdin is None:
        raise InvalidInput("ARTICLE: - reads standard input, which is closed")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if not data.strip():
        raise InvalidInput("ARTICLE: standard input is empty: give Markdown or JSON on it, like: cat post.md | ...")
    return read_text(data, "ARTICLE: standard input")


def _from_file(source: str) -> Reading:
    path = Path(source)
    if "://" in source and not path.exists():
        raise InvalidInput(f"ARTICLE: {source!r} is no file, and only http and https addresses are read")
    if source and path.is_dir():
        raise InvalidInput(f"ARTICLE: {source} is a folder: article-images backlog makes the articles in it")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise InvalidInput(f"ARTICLE: {source!r} cannot be read: {reason}") from None
    absolute = os.path.abspath(path)
    reading = read_document(data, absolute, f"ARTICLE: {source}")
    return replace(reading, article=read_from(reading.article, "", absolute))


def _for_tenant(article: Article, user_id: str, argument: str = "--user-id") -> Article:
    try:
        return Article.model_validate(article.model_dump() | {"user_id": user_id})
    except ValidationError as error:
        words = explain(error, shows_values=True).removeprefix("user_id: ")
        raise InvalidInput(f"{argument}: {words}") from None
