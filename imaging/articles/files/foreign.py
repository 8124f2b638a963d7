"""Articles in the dialects of other systems: their fields as ours, with the title from wherever it stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from imaging.articles.files.document_parts import Parts
from imaging.articles.files.file_names import FileName
from imaging.articles.files.foreign_names import NAMES, PAGE_IDS, meant
from imaging.errors import InvalidInput
from imaging.sanitizing.printable import printable_name
from imaging.slug import BRANDING, slugify
from imaging.text.reading import blocks
from imaging.text.sections import cut
from imaging.web_address import is_web_address

OWN = ("topic", "excerpt", "article_id", "user_id", "language", "slug", "brand", "origin")
_MAX_TITLE, _MAX_EXCERPT, _MAX_ID = 300, 2000, 200  # characters: longer ones of other systems are cut
_TAG = re.compile(r"([A-Za-z]{2})(?:[-_.@][A-Za-z0-9]{1,8}){0,4}")  # BCP 47 and POSIX: en-US, de_AT, pt_BR.UTF-8
_HEADING = re.compile(r" {0,3}(?:#[ \t]+\S.*|<h1(?:\s[^<>]*)?>.*</h1>\s*)", re.IGNORECASE)
_UNDERLINE = re.compile(r"={2,}\s*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PROPERTY = re.compile(r"([A-Z][\w /()-]{0,40}): +(\S.*)")  # of a page of Notion


@dataclass(frozen=True, slots=True)
class Understood:
    """The fields of `Article` in a document, its title as written, and the names of fields that mean nothing here."""

    fields: dict[str, Any]
    title: str
    given: Mapping[str, Any]
    passed_over: list[str] = field(default_factory=list)


def understood(parts: Parts, name: FileName) -> Understood:
    """Return the fields of `Article` in a document; our own names win over those of others.

    A document with a `topic` is in our own dialect, in which a wrong slug or language is an error. Raises InvalidInput.
    """
    parts = _with_notion_properties(parts) if name.notion_id else parts
    given = {key: value for key, value in parts.fields.items() if value is not None}
    is_own = "topic" in given
    for one in parts.others:
        _check_spelling(one, is_own=is_own)
    if is_own and "body" in given:
        raise InvalidInput("body: comes from the text below the front matter, not from a field in it")
    fields = {key: given[key] for key in OWN if key in given}
    title, body = ("", parts.body) if is_own else _title_and_body(given, parts.body, name)
    fields["body"] = body
    unused = [] if is_own else _made_acceptable(fields)
    unused += [key for key in ("body",) if key in given and not is_own]
    if title:
        fields["topic"] = cut(title, _MAX_TITLE)
    has_page_id = any(one in PAGE_IDS for one in parts.others)
    fields = _from_foreign(given, name, has_page_id=has_page_id) | fields
    if language := language_code(fields.get("language", "")):
        fields["language"] = language
    return Understood(fields, title, given, [*parts.others, *unused])


def _check_spelling(name: str, *, is_own: bool) -> None:
    """Raise InvalidInput for a field that is most likely a misspelt one of ours."""
    if is_own and name.lower() in {"color", "logo", "template"}:
        raise InvalidInput(f"{name}: there is no such field here: did you mean brand.{name.lower()}, below brand:?")
    if field_meant := meant(name):
        raise InvalidInput(f"{printable_name(name)}: there is no such field: did you mean {field_meant}?")


def _title_and_body(given: Mapping[str, Any], body: str, name: FileName) -> tuple[str, str]:
    """Return the title, and the body without the heading that it is taken from."""
    if title := _first_text(given, NAMES["topic"]):
        return title, body
    lines = body.split("\n")
    fence = ""
    for number, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        under = 1 + (number + 1 < len(lines) and _UNDERLINE.fullmatch(lines[number + 1]) is not None)
        if not fence and (_HEADING.fullmatch(line) or (under > 1 and line.strip())):
            heading = "\n".join(lines[number : number + under])
            if words := next((block.text for block in blocks(heading) if block.level == 1), ""):
                return words, "\n".join([*lines[:number], *lines[number + under :]]).strip()
    return (name.title if given or body else ""), body


def _from_foreign(given: Mapping[str, Any], name: FileName, *, has_page_id: bool) -> dict[str, Any]:
    """Return the fields that other systems' names give; what is no text of use is left out."""
    fields: dict[str, Any] = {}
    if excerpt := _first_text(given, NAMES["excerpt"]):
        fields["excerpt"] = cut(excerpt, _MAX_EXCERPT)
    if language := next(filter(None, (language_code(given.get(one)) for one in NAMES["language"])), None):
        fields["language"] = language
    if slug := next(filter(None, (_slug(given.get(one)) for one in NAMES["slug"])), None):
        fields["slug"] = slug
    article_id = _first_text(given, NAMES["article_id"])
    if article_id and len(article_id) <= _MAX_ID and not has_page_id:
        fields["article_id"] = article_id
    elif name.notion_id:
        fields["article_id"] = name.notion_id
    addresses = (str(given.get(one, "")) for one in NAMES["url"])
    if url := next((one for one in addresses if is_web_address(one) and not re.search(r"\s", one)), None):
        fields["origin"] = {"url": url}
    return fields


def _made_acceptable(fields: dict[str, Any]) -> list[str]:
    """Put fields that other systems have under our own names into our form; remove and return those that have none."""
    slug = _slug(fields["slug"], digits=True) if "slug" in fields else None
    language = language_code(fields.get("language", ""))
    brand = fields.get("brand") if isinstance(fields.get("brand"), dict) else None
    excerpt = fields.get("excerpt") if isinstance(fields.get("excerpt"), str) else None
    mended = {"slug": slug, "language": language, "brand": brand, "excerpt": excerpt and cut(excerpt, _MAX_EXCERPT)}
    unused = [key for key, value in mended.items() if key in fields and not value]
    fields.update({key: value for key, value in mended.items() if value})
    for key in unused:
        del fields[key]
    return unused


def language_code(value: Any) -> str | None:
    """Return the ISO 639-1 code of a language tag; None for anything else."""
    found = _TAG.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1].lower() if found else None


def _slug(value: Any, *, digits: bool = False) -> str | None:
    """Return the last part of a path as a slug; None for a pattern, a lone slash, or (without `digits`) a number."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value).strip()
    try:
        path = unquote(urlsplit(text).path) if is_web_address(text) else text
    except ValueError:
        return None
    if re.search(r"[:{}<>*|\n]", path) or text.lower() in {"false", "true"}:
        return None
    last = re.sub(r"(?:^|/)index\.\w+$|\.(?:html?|md|php)$", "", path.rstrip("/")).rstrip("/").rpartition("/")[2]
    if not any(sign.isalpha() or (digits and sign.isdigit()) for sign in last):
        return None
    slug = slugify(last, "")
    return None if slug == BRANDING else slug


def _first_text(given: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = given.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _with_notion_properties(parts: Parts) -> Parts:
    """Take the properties below the title of a page of Notion for its fields: a block of `Name: value` lines."""
    found = re.match(r"(?P<title># [^\n]*\n)\s*\n(?P<block>[^\n]+(?:\n[^\n]+)*)(?:\n\s*\n|\Z)", parts.body)
    properties = [_PROPERTY.fullmatch(line.strip()) for line in found["block"].split("\n")] if found else []
    if not (found and all(properties)):
        return parts
    pairs = [(one[1], one[2].strip()) for one in properties if one]
    known = {name.lower(): value for name, value in pairs if name.lower() in _OF_NOTION}
    return replace(
        parts,
        fields=known | parts.fields,
        others=parts.others + [name for name, _ in pairs if name.lower() not in _OF_NOTION],
        body=f"{found['title']}\n{parts.body[found.end() :]}".strip(),
    )


_OF_NOTION = frozenset(
    {*NAMES["excerpt"], *NAMES["language"], "language", "slug", "status", "draft", "published", "date"}
)
