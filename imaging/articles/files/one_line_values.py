"""Values of front matter that stand in one line, read as their authors meant them."""

import re
from collections.abc import Sequence

import yaml

from imaging.articles.files.foreign_names import NAMES, WORDS
from imaging.articles.files.plain_yaml import PlainYAML

OWN_TEXTS = frozenset({"topic", "excerpt", "article_id"})
OWN_WORDS = frozenset({"user_id", "language", "slug"})
ONE_WORD = OWN_WORDS | WORDS | {"color", "logo", "template"}  # a comment may follow
NULL = {"", "~", "null"}
OPEN = re.compile(r'"(?:[^"\\]|\\.?)*+|\'(?:[^\']|\'\')*+')
IN_QUOTES = "put the whole value in quotes"

_SUMMARIES = {"excerpt", *NAMES["excerpt"]}
_DOUBLE = re.compile(r'("(?:[^"\\]|\\.)*+")(?:\s+#.*)?')
_SINGLE = re.compile(r"'((?:[^']|'')*+)'(?:\s+#.*)?")
# Escapes that programs write into texts. Any other backslash was typed by a person and is literal: "C:\temp".
_ESCAPED = re.compile(r'(?:[^\\]|\\["\\/_]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+')
_ESCAPED_LINES = re.compile(_ESCAPED.pattern.replace("/_", "/_n"))
_DRIVE = re.compile(r"(?<![^\W_])[A-Za-z]:\\(?!\\)")


def written_value(name: str, value: str, below: Sequence[str]) -> str | None:
    """Return the value of a field as its author meant it. Raises ValueError if it is ambiguous."""
    if double := _DOUBLE.fullmatch(value):
        return _unescaped(double[1], _ESCAPED_LINES if name in _SUMMARIES else _ESCAPED)
    if single := _SINGLE.fullmatch(value):
        return single[1].replace("''", "'")
    if value[:1] in {'"', "'"}:
        if OPEN.fullmatch(value):
            raise ValueError(f"opens a quotation that does not end: {IN_QUOTES}")
        if value.endswith(value[0]):
            raise ValueError(f"has quotes within quotes: {IN_QUOTES} of the other kind")
    value = _folded([value, *(line for line in below if not re.match(r"\s*#(?:\s|$)", line))])
    if name in ONE_WORD:
        return _word(name, value)
    return _text(value) if name in OWN_TEXTS else _foreign_text(value)


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
    commented = re.fullmatch(r"(\S+)\s+#.*", value) or re.fullmatch(r"(.*?\S)\s+#(?:\s.*)?", value)
    value = commented[1] if commented else value
    return None if value in NULL else value


def _foreign_text(value: str) -> str | None:
    """Return a text as the author's own system shows it: without an anchor before it and a comment behind it."""
    value = re.sub(r"(?:^|\s)#(?:\s.*)?$", "", re.sub(r"^&[\w-]+\s+", "", value)).strip()
    return None if value in NULL else value


def _text(value: str) -> str | None:
    if re.search(r"(?:^|\s)#(?:\s|$)", value):
        raise ValueError(f"may have a comment behind the #: {IN_QUOTES}, or the comment on a line of its own")
    if (closing := {"[": "]", "{": "}"}.get(value[:1])) and closing not in value:
        raise ValueError(f"opens a bracket that does not end: {IN_QUOTES}")
    if re.match(r"[&!]+[^\s&!]|\*[\w-]+$", value):
        raise ValueError(f"begins with {value[0]}, which has a meaning of its own in YAML: {IN_QUOTES}")
    return None if value in NULL else value
