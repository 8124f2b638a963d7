"""Reads an article from Markdown with front matter, from JSON, or from fields."""

import json
import re
from collections import Counter
from typing import Any

import frontmatter
from frontmatter.default_handlers import YAMLHandler
from pydantic import ValidationError

from imaging.articles.article import Article
from imaging.articles.front_matter import fields_of
from imaging.articles.picture_fields import PICTURE_FIELDS
from imaging.errors import InvalidInput
from imaging.printable import printable_name
from imaging.text.inserted import without_inserted
from imaging.validation import explain


def article_from(fields: Any) -> Article:
    """Return the article described by `fields`. Raises InvalidInput naming every wrong field."""
    if not isinstance(fields, dict):
        raise InvalidInput("the article must be an object with the fields of Article, at least a topic")
    try:
        return Article.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(explain(error)) from None


def parse_json(text: str) -> Article:
    """Return the article in a JSON document. Raises InvalidInput."""
    try:
        fields = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"the article is not valid JSON: {error}") from None
    except (ValueError, RecursionError):
        raise InvalidInput("the article is not valid JSON: a number is too long, or it is nested too deeply") from None
    return article_from(fields)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Raises InvalidInput for a duplicate name: JSON would silently drop the first value."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise InvalidInput(f"{printable_name(twice)}: is there twice: keep one of them")
    return fields


def parse_markdown(text: str) -> Article:
    """Return the article in a Markdown document: YAML front matter holds the fields, the rest is the body.

    A field that is left empty counts as not given. Raises InvalidInput.
    """
    text = without_inserted(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    fence = re.match(r"\s*---[^\S\n]*\n", text)
    if not fence:
        raise InvalidInput("the article has no front matter: begin it with ---, a line `topic: ...`, and ---")
    if not re.search(r"\n---[^\S\n]*(?:\n|\Z)", text[fence.end() - 1 :]):
        raise InvalidInput("the front matter is not closed: end it with a line of ---")
    # Blank lines before the fence are moved behind it, so that line numbers in messages stay right.
    blank = "\n" * (fence[0].count("\n") - 1)
    fields, body = frontmatter.parse(f"---\n{blank}{text[fence.end() :]}", handler=_FrontMatter())
    if "body" in fields:
        raise InvalidInput("body: comes from the text below the front matter, not from a field in it")
    given = {name: value for name, value in fields.items() if value is not None and name not in PICTURE_FIELDS}
    return article_from(given | {"body": body})


class _FrontMatter(YAMLHandler):
    FM_BOUNDARY = re.compile(r"^---[^\S\n]*$", re.MULTILINE)  # the library's own swallows blank lines and miscounts

    def load(self, fm: str, **_: object) -> dict[str, Any]:
        return fields_of(fm, before=0)
