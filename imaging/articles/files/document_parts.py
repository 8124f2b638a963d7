"""The parts of a Markdown document: front matter as YAML, TOML or JSON, or Pandoc's title block, and the text below."""

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from imaging.articles.files.front_matter import MAX_LENGTH, fields_of, known_and_others
from imaging.articles.files.headless import headless
from imaging.errors import InvalidInput

_YAML = re.compile(r"\s*---(?:ya?ml)?[^\S\n]*\n")
_YAML_END = re.compile(r"^(?:---|\.\.\.)[^\S\n]*$", re.MULTILINE)
_TOML = re.compile(r"\s*(?:\+\+\+|---toml)[^\S\n]*\n")
_TOML_END = re.compile(r"^\+\+\+[^\S\n]*$", re.MULTILINE)
# Eleventy and others that use gray-matter name the language of the front matter behind the dashes.
_PROGRAM = re.compile(r"\s*---(?P<language>js|javascript|coffee|coffeescript|cson)[^\S\n]*\n")
_JSON = re.compile(r"\s*(?P<fence>---json[^\S\n]*\n\s*)?(?=\{\s*\")")
_TITLE_BLOCK = re.compile(
    r"%[^\S\n]+(?P<title>[^\n]+(?:\n[^\S\n]+[^\n]+)*)(?:\n%[^\n]*(?:\n[^\S\n]+[^\n]+)*){0,2}(?:\n|\Z)"
)
_TOML_WORDS = 'write name = "value", each name once, and texts in quotes'
JSON_WORDS = 'write "name": "value", with a comma between two fields, and close every quotation and bracket'
_TOO_DEEP = "a number is too long, or it is nested too deeply"


@dataclass(frozen=True, slots=True)
class Parts:
    """A document's fields that an article may have, by names in lower case; the names of the others; and its text."""

    fields: dict[str, Any]
    others: list[str]
    body: str


def parts_of(text: str) -> Parts:
    """Return the parts of a Markdown document. Raises InvalidInput for front matter that cannot be read."""
    if fence := _YAML.match(text):
        return _yaml(text, fence)
    if fence := _TOML.match(text):
        return _toml(text, fence)
    if start := _JSON.match(text):
        return _json(text, start)
    if program := _PROGRAM.match(text):
        raise InvalidInput(f"front matter in {program['language']} is not run here: write it as YAML, TOML or JSON")
    return _plain(text)


def _plain(text: str) -> Parts:
    """Return the parts of a document without front matter between lines of its own."""
    if block := _TITLE_BLOCK.match(text):
        return Parts({"title": " ".join(block["title"].split())}, [], text[block.end() :].strip())
    if block := headless(text):
        fields, others = fields_of(block["fields"].removesuffix("\n"), before=0)
        return Parts(fields, others, text[block.end() :].strip())
    return Parts({}, [], text.strip())


def _yaml(text: str, fence: re.Match[str]) -> Parts:
    end = _YAML_END.search(text, fence.end())
    if end is None:
        raise InvalidInput("the front matter is not closed: end it with a line of ---")
    fields, others = fields_of(text[fence.end() : end.start()].removesuffix("\n"), before=fence[0].count("\n"))
    return Parts(fields, others, text[end.end() :].strip())


def _toml(text: str, fence: re.Match[str]) -> Parts:
    closing = "+++" if "+++" in fence[0] else "---"
    end = (_TOML_END if closing == "+++" else _YAML_END).search(text, fence.end())
    if end is None:
        raise InvalidInput(f"the front matter is not closed: end it with a line of {closing}")
    inside, before = text[fence.end() : end.start()], fence[0].count("\n")
    if len(inside) > MAX_LENGTH:
        raise InvalidInput(f"the front matter has more than {MAX_LENGTH:,} characters")
    try:
        fields = tomllib.loads(inside)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = before + (int(found[1]) if found else inside.count("\n"))
        raise InvalidInput(f"front matter, line {line}: cannot be read as TOML: {_TOML_WORDS}") from None
    except (ValueError, RecursionError):
        raise InvalidInput(f"the front matter cannot be read as TOML: {_TOO_DEEP}") from None
    return Parts(*known_and_others(fields), text[end.end() :].strip())


def _json(text: str, opening: re.Match[str]) -> Parts:
    start = opening.end()
    inside = text[start : start + MAX_LENGTH]
    try:
        fields, length = json.JSONDecoder().raw_decode(inside)
    except json.JSONDecodeError as error:
        line = text.count("\n", 0, start) + error.lineno
        raise InvalidInput(f"front matter, line {line}: cannot be read as JSON: {JSON_WORDS}") from None
    except (ValueError, RecursionError):
        raise InvalidInput(f"the front matter cannot be read as JSON: {_TOO_DEEP}") from None
    body = text[start + length :].lstrip()
    if opening["fence"]:
        if (end := _YAML_END.match(body)) is None:
            raise InvalidInput("the front matter is not closed: end it with a line of --- behind the last bracket")
        body = body[end.end() :]
    return Parts(*known_and_others(fields), body.strip())
