"""JSON exports of any shape, read as a stream: the objects of its outermost lists are its records. Ghost's too."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ijson

from blocks.migration.sources.source import Rewrite, Unread, copy_of, opened
from imaging.errors import InvalidInput
from imaging.migration.record import Record, key_of
from imaging.migration.rewriting import rewritten_json

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_CHUNK = 1 << 20  # characters
_MAX_WHOLE = 64 * 1024 * 1024  # bytes of a document without lists, which is one record
_TOGETHER = 100  # records that share a folder where nothing says which article they belong to
# Ghost's tables that hold pictures of posts: https://ghost.org/docs/migration/custom/
_GHOST = re.compile(r"(?:db\.item\.|db\.)?data\.(posts|posts_meta)\.item")


@dataclass(frozen=True, slots=True)
class JsonExport:
    """A JSON file."""

    path: Path

    def records(self) -> Iterator[Record | Unread]:
        """Yield a record for each object. Raises InvalidInput for a file that is no JSON."""
        try:
            lists = self._lists()
            if not lists:
                yield self._whole()
            posts: dict[str, dict[str, Any]] = {}
            for prefix in lists:
                yield from self._of_list(prefix, posts)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            yield Unread(self.path.name, f"the rest is not valid JSON: {' '.join(str(error).split())[:200]}")

    def _lists(self) -> list[str]:
        """Return where the outermost lists of objects or texts are: for Ghost the tables of posts alone."""
        found: dict[str, None] = {}
        outer = ""
        ghost: dict[str, None] = {}
        with self.path.open("rb") as file, suppress(ijson.JSONError):  # `records` reads it again, and says so
            for prefix, event, _ in ijson.parse(_without_bom(file), use_float=True):
                if event not in {"start_map", "string"} or not re.search(r"(?:^|\.)item$", prefix):
                    continue
                if _GHOST.fullmatch(prefix):
                    ghost[prefix] = None
                if not (outer and prefix.startswith(outer)):
                    found[prefix], outer = None, f"{prefix}."
        return sorted(ghost, key=len) or list(found)  # posts before posts_meta

    def _of_list(self, prefix: str, posts: dict[str, dict[str, Any]]) -> Iterator[Record]:
        ghost, name = _GHOST.fullmatch(prefix), prefix.removesuffix("item").strip(".") or "item"
        with self.path.open("rb") as file:
            for number, value in enumerate(ijson.items(_without_bom(file), prefix, use_float=True), 1):
                values: dict[str, Any] = value if isinstance(value, dict) else {"url": value}
                fields = values
                if ghost and ghost[1] == "posts":
                    posts[str(values.get("id"))] = {one: values.get(one) for one in ("id", "title", "slug")}
                elif ghost:
                    fields = posts.get(str(values.get("post_id")), {})
                where = f"{self.path.name}: {ghost[1] if ghost else name} {number}"
                topic = f"{self.path.stem} {number // _TOGETHER + 1}"
                yield Record(where, fields, values, topic, key=key_of(values))

    def _whole(self) -> Record:
        with self.path.open("rb") as file:
            if self.path.stat().st_size > _MAX_WHOLE:
                raise InvalidInput(f"SOURCE: {self.path} is one object of more than {_MAX_WHOLE:,} bytes")
            value = next(ijson.items(_without_bom(file), "", use_float=True))
        values = value if isinstance(value, dict) else {"url": value}
        return Record(self.path.name, values, values, self.path.stem, key=key_of(values))

    def rewritten(self, folder: Path, rewrite: Rewrite) -> Iterator[Path]:
        """Write a copy, string by string; what does not change stays as it is spelled."""
        with opened(self.path) as file, copy_of(self.path, folder, self.path.name) as out:
            rest = ""
            while chunk := file.read(_CHUNK):
                rest += chunk
                end = 0
                for found in _STRING.finditer(rest):
                    out.write(rest[end : found.start()] + _string(found[0], rewrite))
                    end = found.end()
                begun = rest.find('"', end)  # a string that goes on in the next chunk
                out.write(rest[end:] if begun < 0 else rest[end:begun])
                rest = "" if begun < 0 else rest[begun:]
            out.write(rest)
        yield folder / self.path.name


def _string(spelled: str, rewrite: Rewrite) -> str:
    return rewritten_json(spelled, lambda value: rewrite(value, None))


def _without_bom(file: Any) -> Any:
    """Return the open file behind its byte order mark, if it has one."""
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    return file
