"""Setting one field of a front matter, with every other byte as it was: comments, order, quotes and line ends.

YAML and JSON are edited in place, since no library writes them back byte for byte; TOML by tomlkit, which does. What
comes out is read again, and refused if any other field has changed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import tomlkit
import yaml
from tomlkit.exceptions import TOMLKitError

from imaging.articles.files.plain_yaml import PlainYAML
from imaging.errors import InvalidInput
from imaging.write_back.document import Document

Value = str | list[str] | Mapping[str, str | int]
Place = tuple[str, ...]  # the name of a field, and of what is set in it if it is a mapping
_SPACE = re.compile(r"[ \t\r\n]*")


def names_in(document: Document) -> list[str]:
    """Return the names of the front matter's fields."""
    match document.kind:
        case "yaml":
            return [found["name"] for line in _lines(document.inside) if (found := _YAML_FIELD.match(line))]
        case "toml":
            return [str(name) for name in _toml(document.inside)]
        case "json":
            return [name for name, _, _ in _json_fields(document.inside)]
    return []


def value_of(document: Document, name: str) -> Any:
    """Return the value of a field, None where it is absent or null. Raises InvalidInput where it cannot be read."""
    match document.kind:
        case "yaml":
            first, end = _yaml_entry(document.inside, name) or (0, 0)
            entry = _yaml("".join(_lines(document.inside)[first:end]), name)
            return entry[1] if entry else None
        case "toml":
            return _toml(document.inside).unwrap().get(name)
        case "json":
            return json.loads(document.inside).get(name)
    return None


def with_field(document: Document, place: Place, value: Value) -> str:
    """Return the fields of the front matter with this one set. Raises InvalidInput where that cannot be done."""
    edit = {"yaml": _with_yaml, "toml": _with_toml, "json": _with_json}[document.kind]
    edited = edit(document.inside, place, value, document.line_end)
    before, after = _fields(document, document.inside), _fields(document, edited)
    if before is not None and (after is None or _without(before, place) != _without(after, place)):
        raise _cannot_be_set(place)
    return edited


def _cannot_be_set(place: Place) -> InvalidInput:
    return InvalidInput(f"--write-back: {'.'.join(place)}: cannot be set in this front matter: write it there yourself")


def _fields(document: Document, inside: str) -> dict[str, Any] | None:
    """Return all fields; None where they are no YAML, as in `title: Tea: a guide`, which is read all the same."""
    if document.kind != "yaml":
        fields: dict[str, Any] = json.loads(inside) if document.kind == "json" else _toml(inside).unwrap()
        return fields
    try:
        found = yaml.load(inside, Loader=PlainYAML)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else {} if found is None else None


def _without(fields: Mapping[str, Any], place: Place) -> list[tuple[str, Any]]:
    """Return the fields in order, without the one that is set."""
    name, *rest = place
    inner = fields.get(name)
    others = [pair for pair in fields.items() if pair[0] != name]
    return [*others, *(_without(inner, tuple(rest)) if rest and isinstance(inner, dict) else ())]


# YAML: a field is a line that begins with its name, and the lines below that go on with it.

_YAML_FIELD = re.compile(r"(?P<quote>[\"']?)(?P<name>[\w.-]+(?: [\w.-]+)*)(?P=quote)[ \t]*:(?=[\s]|$)")
_GOES_ON = re.compile(r"[ \t]+\S|-(?:[ \t]|$)|[\]}]")
_BLANK = re.compile(r"\s*$")


def _with_yaml(inside: str, place: Place, value: Value, line_end: str) -> str:
    lines, name = _lines(inside), place[0]
    found = _yaml_entry(inside, name)
    if found is None:
        return f"{inside}{name}:{_yaml_value(value, line_end)}{line_end}"
    first, end = found
    entry = "".join(lines[first:end])
    if len(place) > 1:
        return "".join([*lines[:first], _with_yaml_within(entry, place, value), *lines[end:]])
    colon = entry.index(":") + 1
    return "".join([*lines[:first], entry[:colon], _yaml_value(value, line_end), _comment(entry, name), *lines[end:]])


def _with_yaml_within(entry: str, place: Place, value: Value) -> str:
    """Return the lines of a mapping with a text of one line in it replaced."""
    node = yaml.compose(entry, Loader=PlainYAML)
    for name in place:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((one for key, one in pairs if key.value == name), None)
    if not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"}:
        raise _cannot_be_set(place)
    start, end = node.start_mark.index, node.end_mark.index
    space = "" if entry[start - 1].isspace() else " "
    return f"{entry[:start]}{space}{json.dumps(value, ensure_ascii=False)}{entry[end:]}"


def _comment(entry: str, name: str) -> str:
    """Return what follows a value of one line: a comment, if any, and the line end; of others the line end alone."""
    node = _yaml(entry, name)
    last = re.search(r"\s*\Z", entry)
    behind = entry[node[0] :] if node else ""
    return behind if len(_lines(behind)) == 1 else last[0] if last else ""


def _yaml_value(value: Value, line_end: str) -> str:
    """Return a value as YAML, which takes the strings and lists of JSON."""
    if not isinstance(value, Mapping):
        return f" {json.dumps(value, ensure_ascii=False)}"
    below = [f"  {key}: {json.dumps(one, ensure_ascii=False)}" for key, one in value.items()]
    return line_end + line_end.join(below)


def _yaml_entry(inside: str, name: str) -> tuple[int, int] | None:
    """Return the first line of a field and the line behind it."""
    lines = _lines(inside)
    for first, line in enumerate(lines):
        if (found := _YAML_FIELD.match(line)) and found["name"] == name:
            end = first + 1
            for number in range(first + 1, len(lines)):
                if _GOES_ON.match(lines[number]):
                    end = number + 1
                elif not _BLANK.match(lines[number]):
                    break
            return first, end
    return None


def _yaml(entry: str, name: str) -> tuple[int, Any] | None:
    """Return where a field's value ends in its lines, and the value. Raises InvalidInput."""
    try:
        node = yaml.compose(entry, Loader=PlainYAML) if entry else None
        fields = yaml.load(entry, Loader=PlainYAML)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        raise InvalidInput(f"--write-back: {name}: is no YAML: mend it, or take it out of the front matter") from None
    if not isinstance(node, yaml.MappingNode) or not isinstance(fields, dict):
        return None
    return node.value[0][1].end_mark.index, next(iter(fields.values()))


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)


# TOML


def _toml(inside: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(inside)
    except (TOMLKitError, ValueError, RecursionError):
        raise InvalidInput("--write-back: the front matter is no TOML") from None


def _with_toml(inside: str, place: Place, value: Value, line_end: str) -> str:
    fields, name = _toml(inside), place[0]
    item = tomlkit.inline_table().update(value) if isinstance(value, Mapping) else value
    if name in fields:
        inner: Any = fields
        for one in place[:-1]:
            inner = inner[one]
        inner[place[-1]] = item
        return tomlkit.dumps(fields)
    line, lines = f"{tomlkit.dumps({name: item}).rstrip()}{line_end}", _lines(inside)
    wanted = fields.unwrap() | {name: value}
    # As far down as it is still a field of the whole, and not of a table or within a value of several lines.
    for at in range(len(lines), -1, -1):
        above = "".join(lines[:at])
        with suppress(TOMLKitError):
            if (
                not above.endswith(line_end * 2)
                and tomlkit.parse(above + line + "".join(lines[at:])).unwrap() == wanted
            ):
                return above + line + "".join(lines[at:])
    raise _cannot_be_set(place)


# JSON


def _with_json(inside: str, place: Place, value: Value, line_end: str) -> str:
    name, *within = place
    fields = list(_json_fields(inside))
    shown = json.dumps(value, ensure_ascii=False)
    for own, start, end in fields:
        if own == name:
            there = inside[start:end]
            return (
                inside[:start] + (_with_json(there, tuple(within), value, line_end) if within else shown) + inside[end:]
            )
    if not fields:
        return f'{{"{name}": {shown}}}'
    last = fields[-1][2]
    indent = re.match(r"\{(\s*)", inside)
    space = indent[1] if indent else ""
    return f'{inside[:last]},{space or " "}"{name}": {shown}{inside[last:]}'


def _json_fields(inside: str) -> Iterator[tuple[str, int, int]]:
    """Yield each field of a JSON object: its name, and where its value begins and ends."""
    decoder = json.JSONDecoder()
    at = _behind_space(inside, 1)
    while inside[at] == '"':
        name, at = decoder.raw_decode(inside, at)
        start = _behind_space(inside, _behind_space(inside, at) + 1)
        _, end = decoder.raw_decode(inside, start)
        yield name, start, end
        at = _behind_space(inside, end)
        at = _behind_space(inside, at + 1) if inside[at] == "," else at


def _behind_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
