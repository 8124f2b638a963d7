r"""Parsing of front matter: YAML, except that one-line values of the article's fields are taken literally.

YAML would cut `topic: Our #1 in town` at the `#`, read `color: #b5532a` as empty, and fail on `Coffee: a guide`,
`[Update] Prices` and `C:\temp` in quotes. Everything else is read as YAML: texts over several lines, lists, other
fields; but without anchors, aliases and tags, which can expand a few lines to gigabytes.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from imaging.articles.plain_yaml import PlainYAML, Refused
from imaging.errors import InvalidInput
from imaging.printable import printable_name

MAX_LENGTH = 100_000  # characters; the YAML parser takes a second for them
_TEXTS = frozenset({"topic", "excerpt", "article_id"})
_WORDS = frozenset({"user_id", "language", "slug", "color", "logo", "template"})  # single words; a comment may follow
_TOP = frozenset({"topic", "excerpt", "article_id", "user_id", "language", "slug", "brand", "body"})
_BRAND = frozenset({"color", "logo", "template"})
_NULL = {"", "~", "null"}

_BLOCK = re.compile(r"[|>][-+\d]{0,2}(?:\s+#.*)?")
_DOUBLE = re.compile(r'("(?:[^"\\]|\\.)*+")(?:\s+#.*)?')
_SINGLE = re.compile(r"'((?:[^']|'')*+)'(?:\s+#.*)?")
_OPEN = re.compile(r'"(?:[^"\\]|\\.?)*+|\'(?:[^\']|\'\')*+')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'')
# Escapes that programs write into texts. Any other backslash was typed by a person and is literal: "C:\temp".
_ESCAPED = re.compile(r'(?:[^\\]|\\["\\/_]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+')
_ESCAPED_LINES = re.compile(_ESCAPED.pattern.replace("/_", "/_n"))
_DRIVE = re.compile(r"(?<![^\W_])[A-Za-z]:\\(?!\\)")
_IN_QUOTES = "put the whole value in quotes"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Lines `first` to `end` of the front matter: a field with its value, and the lines indented below it."""

    first: int
    end: int
    name: str  # one of the article's fields in its official spelling, or as written
    value: str
    below: list[str]


def fields_of(front_matter: str, before: int = 1) -> dict[str, Any]:
    """Return the fields of a front matter with `before` lines above it in its file. Raises InvalidInput."""
    if len(front_matter) > MAX_LENGTH:
        raise InvalidInput(f"the front matter has more than {MAX_LENGTH:,} characters")
    return _Reader([_indented(line) for line in front_matter.split("\n")], before).fields()


class _Reader:
    def __init__(self, lines: list[str], before: int) -> None:
        self._lines = lines  # emptied once their value is read; the remaining ones are parsed as YAML
        self._before = before

    def fields(self) -> dict[str, Any]:
        entries = list(_entries(self._lines, 0, len(self._lines), _TOP))
        own = self._own(entries, _TOP, "")
        brand: dict[str, Any] = {}
        for entry in entries:
            if entry.name == "brand" and entry.value in _NULL:
                brand = self._own(list(_entries(self._lines, entry.first + 1, entry.end, _BRAND)), _BRAND, "brand.")
            elif entry.name == "brand" and "#" in _QUOTED.sub("", "\n".join([entry.value, *entry.below])):
                raise self._wrong("brand", entry, "begins a comment at #: put the colour in quotes")
        fields = self._rest(entries) | own
        if brand:
            fields["brand"] = self._joined(fields.get("brand"), brand)
        return fields

    def _joined(self, rest: Any, brand: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(rest, dict | None):
            raise InvalidInput("brand: must be `color`, `logo` and `template`, each in a line of its own below it")
        return (rest or {}) | {name: value for name, value in brand.items() if value is not None}

    def _own(self, entries: list[_Entry], names: frozenset[str], inside: str) -> dict[str, Any]:
        """Return the one-line values of the article's fields, and blank their lines, so that YAML reads the rest."""
        found: dict[str, Any] = {}
        seen = set()
        for entry in entries:
            if entry.name not in names:
                continue
            if entry.name in seen:
                raise self._wrong(inside + entry.name, entry, "is there twice: keep one of them")
            seen.add(entry.name)
            if entry.name not in _TEXTS | _WORDS or self._is_for_yaml(entry, inside):
                continue
            try:
                found[entry.name] = _written(entry)
            except ValueError as error:
                raise self._wrong(inside + entry.name, entry, str(error)) from None
            self._lines[entry.first : entry.end] = [""] * (entry.end - entry.first)
        return found

    def _is_for_yaml(self, entry: _Entry, inside: str) -> bool:
        """Return whether the value is a YAML text over several lines, or a list."""
        listed = not entry.value and entry.below and entry.below[0].lstrip().startswith("- ")
        if entry.below and (listed or _OPEN.fullmatch(entry.value) or _BLOCK.fullmatch(entry.value)):
            return True
        for number, line in enumerate(entry.below, entry.first + 2 + self._before):
            if (name := _name_and_value(line, _TOP | _BRAND)[0]) in _TOP | _BRAND:
                raise InvalidInput(
                    f"{name}: front matter, line {number}: is indented as if it went on with {inside}{entry.name}:"
                    f" begin it where {entry.name} begins"
                )
        return False

    def _rest(self, entries: list[_Entry]) -> dict[str, Any]:
        try:
            fields = yaml.load("\n".join(self._lines), Loader=PlainYAML)  # noqa: S506 - a SafeLoader
        except yaml.reader.ReaderError:
            raise InvalidInput("the front matter holds a control character: take it out") from None
        except yaml.MarkedYAMLError as error:
            raise self._unreadable(error, entries) from None
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            fields = ()
        if fields is None:
            return {}
        if not isinstance(fields, dict) or not all(isinstance(name, str) for name in fields):
            raise InvalidInput("the front matter must be `field: value` lines, like `topic: ...`")
        return fields

    def _unreadable(self, error: yaml.MarkedYAMLError, entries: list[_Entry]) -> InvalidInput:
        """Return an error with the line and the remedy, without the parser's wording or the document's content."""
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        names = [printable_name(entry.name) for entry in entries if entry.first <= line and entry.name]
        mend = str(error.problem) if isinstance(error, Refused) else f"cannot be read: {_IN_QUOTES}, and close what"
        mend += "" if isinstance(error, Refused) else " it opens"
        where = f"front matter, line {line + 1 + self._before}: {mend}"
        return InvalidInput(f"{names[-1]}: {where}" if names else where)

    def _wrong(self, field: str, entry: _Entry, problem: str) -> InvalidInput:
        return InvalidInput(f"{field}: front matter, line {entry.first + 1 + self._before}: {problem}")


def _indented(line: str) -> str:
    """Return the line indented by spaces alone: four for a tab, one for a no-break space."""
    bare = line.lstrip().lstrip("\ufeff\u200b\u2060").lstrip()
    indent = line[: len(line) - len(bare)]
    return "".join("    " if sign == "\t" else " " if sign.isspace() else "" for sign in indent) + bare


def _entries(lines: list[str], first: int, end: int, names: frozenset[str]) -> Iterator[_Entry]:
    """Yield the entries in lines `first` to `end`; each begins at a line with the smallest indent."""
    filled = [number for number in range(first, end) if lines[number].strip()]
    least = min((_indent(lines[number]) for number in filled), default=0)
    begins = [number for place, number in enumerate(filled) if place == 0 or _indent(lines[number]) <= least]
    for begin, after in pairwise([*begins, end]):
        name, value = _name_and_value(lines[begin], names)
        if name:
            written = name if name in names else lines[begin].partition(":")[0].strip()
            lines[begin] = f"{' ' * _indent(lines[begin])}{written}: {value}"
        below = lines[begin + 1 : after]
        while below and not below[-1].strip():
            below.pop()
        yield _Entry(begin, after, name, value, below)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _name_and_value(line: str, names: frozenset[str]) -> tuple[str, str]:
    """Return the text before and after the colon; the name is empty if the line has no field.

    The article's fields are also recognised in capitals, with invisible characters, or without a space after the colon.
    """
    written, *rest = re.split("[:：]", line, maxsplit=1)
    visible = "".join(sign for sign in unicodedata.normalize("NFKC", written) if unicodedata.category(sign) != "Cf")
    name = visible.strip().strip("'\"").lower()
    if rest and name in names:
        return name, rest[0].strip().strip("\ufeff\u200b\u2060").strip()
    written, colon, value = line.partition(":")
    if not colon or line.lstrip()[:1] in {"", *"#-{[?"} or not (value[:1].isspace() or not value):
        return "", ""
    return written.strip(), value.strip()


def _written(entry: _Entry) -> str | None:
    """Return the value of a field as its author meant it. Raises ValueError if it is ambiguous."""
    value = entry.value
    if double := _DOUBLE.fullmatch(value):
        return _unescaped(double[1], _ESCAPED_LINES if entry.name == "excerpt" else _ESCAPED)
    if single := _SINGLE.fullmatch(value):
        return single[1].replace("''", "'")
    if value[:1] in {'"', "'"}:
        if _OPEN.fullmatch(value):
            raise ValueError(f"opens a quotation that does not end: {_IN_QUOTES}")
        if value.endswith(value[0]):
            raise ValueError(f"has quotes within quotes: {_IN_QUOTES} of the other kind")
    value = _folded([value, *(line for line in entry.below if not re.match(r"\s*#(?:\s|$)", line))])
    return _word(entry.name, value) if entry.name in _WORDS else _text(value)


def _unescaped(quoted: str, escaped: re.Pattern[str]) -> str:
    inside = quoted[1:-1]
    if _DRIVE.search(inside) or not escaped.fullmatch(inside):
        return inside.replace('\\"', '"')
    try:
        return str(yaml.load(quoted, Loader=PlainYAML))  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, OverflowError):
        raise ValueError("has a character that YAML does not allow, such as a control character") from None


def _folded(lines: list[str]) -> str:
    """Return lines joined as YAML folds them: an empty line ends a paragraph."""
    paragraphs = "\n".join(line.strip() for line in lines).split("\n\n")
    return "\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs).strip()


def _word(name: str, value: str) -> str | None:
    if name != "color" and re.match(r"#(?:\s|$)", value):
        return None
    commented = re.fullmatch(r"(\S+)\s+#.*", value)
    value = commented[1] if commented else value
    return None if value in _NULL else value


def _text(value: str) -> str | None:
    if re.search(r"(?:^|\s)#(?:\s|$)", value):
        raise ValueError(f"may have a comment behind the #: {_IN_QUOTES}, or the comment on a line of its own")
    if (closing := {"[": "]", "{": "}"}.get(value[:1])) and closing not in value:
        raise ValueError(f"opens a bracket that does not end: {_IN_QUOTES}")
    if re.match(r"[&!]+[^\s&!]|\*[\w-]+$", value):
        raise ValueError(f"begins with {value[0]}, which has a meaning of its own in YAML: {_IN_QUOTES}")
    return None if value in _NULL else value
