"""Reads an article from Markdown with front matter, from JSON, or from fields."""

import json
from collections import Counter
from typing import Any

from pydantic import ValidationError

from imaging.articles.article import Article
from imaging.articles.files.document_parts import JSON_WORDS, parts_of
from imaging.articles.files.file_names import FileName
from imaging.articles.files.foreign import understood
from imaging.articles.files.foreign_names import NAMES, meant
from imaging.articles.files.picture_fields import PICTURE_FIELDS
from imaging.articles.files.publication import unpublished
from imaging.articles.files.reading import Reading
from imaging.errors import InvalidInput
from imaging.sanitizing.printable import printable_name
from imaging.text.inserted import without_inserted
from imaging.validation import explain

_WITHOUT_TITLE = (
    "topic: is missing: begin the file with a heading, # Your title, or with front matter: a line of ---, a line"
    " title: Your title, and a line of ---"
)


def article_from(fields: Any) -> Article:
    """Return the article described by `fields`. Raises InvalidInput naming every wrong field."""
    if not isinstance(fields, dict):
        raise InvalidInput("the article must be an object with the fields of Article, at least a topic")
    try:
        return Article.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(explain(error, shows_values=True, meant=_meant)) from None


def parse_json(text: str) -> Article:
    """Return the article in a JSON document. Raises InvalidInput."""
    try:
        fields = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"the article is not valid JSON in line {error.lineno}: {JSON_WORDS}") from None
    except (ValueError, RecursionError):
        raise InvalidInput("the article is not valid JSON: a number is too long, or it is nested too deeply") from None
    return article_from(fields)


def _meant(name: str) -> str | None:
    """Return the field of ours that stands for a name in JSON, which other systems may have given it."""
    return meant(name) or next((ours for ours, names in NAMES.items() if name.lower() in names and ours != "url"), None)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Raises InvalidInput for a duplicate name: JSON would silently drop the first value."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise InvalidInput(f"{printable_name(twice)}: is there twice: keep one of them")
    return fields


def parse_markdown(text: str) -> Article:
    """Return the article in a Markdown document. Raises InvalidInput."""
    return read_markdown(text).article


def read_markdown(text: str, path: str = "") -> Reading:
    """Read the article in a Markdown document: the fields from its front matter, if any, the body from the rest.

    The front matter may be that of another system. `path`: that of its file, which names an article without a title.
    A field that is left empty counts as not given. Raises InvalidInput.
    """
    text = without_inserted(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    name = FileName.of(path)
    known = understood(parts_of(text), name)
    if not known.fields.get("topic"):
        raise InvalidInput(_WITHOUT_TITLE)
    article = article_from(known.fields)
    passed_over = tuple(one for one in dict.fromkeys(known.passed_over) if one not in PICTURE_FIELDS)
    return Reading(article, passed_over, unpublished(known.given, known.title, name.date))
