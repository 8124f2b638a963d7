r"""Parsing of front matter: YAML, except that one-line values of the article's fields are taken literally.

YAML would cut `topic: Our #1 in town` at the `#`, read `color: #b5532a` as empty, and fail on `Coffee: a guide`,
`[Update] Prices` and `C:\temp` in quotes. Texts over several lines and lists are read as YAML; but without anchors,
aliases and tags, which can expand a few lines to gigabytes. Fields that no article has are not read, only named.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from imaging.articles.files.foreign_names import TEXTS, WORDS
from imaging.articles.files.one_line_values import IN_QUOTES, NULL, ONE_WORD, OPEN, OWN_TEXTS, OWN_WORDS, written_value
from imaging.articles.files.plain_yaml import PlainYAML, Refused
from imaging.errors import InvalidInput
from imaging.sanitizing.printable import printable_name

MAX_LENGTH = 100_000  # characters; the YAML parser takes a second for them
_LITERAL = OWN_TEXTS | TEXTS | ONE_WORD
_TOP = OWN_TEXTS | OWN_WORDS | TEXTS | WORDS | {"brand", "body", "origin"}
_BRAND = frozenset({"color", "logo", "template"})

_BLOCK = re.compile(r"[|>][-+\d]{0,2}(?:\s+#.*)?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'')


@dataclass(frozen=True, slots=True)
class _Entry:
    """Lines `first` to `end` of the front matter: a field with its value, and the lines indented below it."""

    first: int
    end: int
    name: str  # one of the article's fields in its official spelling, or as written
    value: str
    below: list[str]


def fields_of(front_matter: str, before: int = 1) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of a front matter, names in lower case, and the names of those that no article has.

    `before`: the lines above it in its file. Raises InvalidInput.
    """
    if len(front_matter) > MAX_LENGTH:
        raise InvalidInput(f"the front matter has more than {MAX_LENGTH:,} characters")
    return _Reader([_indented(line) for line in front_matter.split("\n")], before).fields()


def known_and_others(fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the fields that an article may have, names in lower case, and the names of the others."""
    known = {name.lower(): value for name, value in fields.items() if name.lower() in _TOP}
    return known, [name for name in fields if name.lower() not in _TOP]


class _Reader:
    def __init__(self, lines: list[str], before: int) -> None:
        self._lines = lines  # emptied once their value is read; the remaining ones are parsed as YAML
        self._before = before

    def fields(self) -> tuple[dict[str, Any], list[str]]:
        entries = list(_entries(self._lines, 0, len(self._lines), _TOP))
        others = self._without_others(entries)
        own = self._own(entries, _TOP, "")
        brand: dict[str, Any] = {}
        for entry in entries:
            if entry.name == "brand" and entry.value in NULL:
                brand = self._own(list(_entries(self._lines, entry.first + 1, entry.end, _BRAND)), _BRAND, "brand.")
            elif entry.name == "brand" and _has_comment(entry):
                raise self._wrong("brand", entry, "begins a comment at #: put the colour in quotes")
        rest, unknown = known_and_others(self._rest(entries))
        fields = rest | own
        if brand:
            fields["brand"] = self._joined(fields.get("brand"), brand)
        return fields, others + unknown

    def _without_others(self, entries: list[_Entry]) -> list[str]:
        """Blank the lines of fields that no article has, and return their names."""
        others: list[str] = []
        is_other = False
        for entry in entries:
            is_other = entry.name not in _TOP if entry.name else is_other  # or a `]` or `- item` of the field above
            if is_other:
                others += [entry.name] if entry.name else []
                self._lines[entry.first : entry.end] = [""] * (entry.end - entry.first)
        return others

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
            if entry.name not in _LITERAL or self._is_for_yaml(entry, inside):
                continue
            try:
                found[entry.name] = written_value(entry.name, entry.value, entry.below)
            except ValueError as error:
                raise self._wrong(inside + entry.name, entry, str(error)) from None
            self._lines[entry.first : entry.end] = [""] * (entry.end - entry.first)
        return found

    def _is_for_yaml(self, entry: _Entry, inside: str) -> bool:
        """Return whether the value is a YAML text over several lines, or a list."""
        listed = not entry.value and entry.below and entry.below[0].lstrip().startswith("- ")
        if entry.name in TEXTS | WORDS and not entry.value and all(_is_field(line) for line in entry.below):
            return True  # a title by language, say
        if entry.below and (listed or OPEN.fullmatch(entry.value) or _BLOCK.fullmatch(entry.value)):
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
        mend = str(error.problem) if isinstance(error, Refused) else f"cannot be read: {IN_QUOTES}, and close what"
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


def _has_comment(entry: _Entry) -> bool:
    """Return whether a mapping in one value has a colour without quotes, which YAML reads as a comment."""
    return entry.value[:1] in {"", "{"} and "#" in _QUOTED.sub("", "\n".join([entry.value, *entry.below]))


def _is_field(line: str) -> bool:
    return not line.strip() or bool(_name_and_value(line, frozenset())[0])
