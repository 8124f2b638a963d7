"""Documents with old addresses: Markdown with front matter, HTML and JSON, in a folder or in the bucket."""

import html
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from blocks.migration.sources.source import Rewrite, Unread, copy_of
from blocks.sources.files import names_in
from imaging.articles.article import Article
from imaging.articles.files.documents import MAX_BYTES, SUFFIXES, decoded, parse_document, read_from
from imaging.articles.files.plain_yaml import PlainYAML
from imaging.errors import InvalidInput
from imaging.migration.record import Record
from imaging.migration.rewriting import rewritten_json
from imaging.text.plain import parsed

HTML = (".html", ".htm", ".xhtml")
DOCUMENTS = (*SUFFIXES, *HTML)
_SKIPPED = (".", "_site")  # and not Jekyll's _posts
_FRONT = re.compile(r"\s*(---|\+\+\+)[^\S\n]*\r?\n(.*?\r?\n)?\1[^\S\n]*(?:\r?\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents in a folder, or one document."""

    path: Path

    def records(self) -> Iterator[Record | Unread]:
        """Yield a record for each document. Raises InvalidInput where the folder has none."""
        names = self._names()
        if not names:
            raise InvalidInput(f"SOURCE: {self.path} has no Markdown, HTML or JSON documents")
        for name in names:
            try:
                yield document_record(self._read(name), name, str(self._folder))
            except InvalidInput as error:
                yield Unread(name, str(error))

    def rewritten(self, folder: Path, rewrite: Rewrite) -> Iterator[Path]:
        """Write a copy of each document that changes."""
        for name in self._names():
            try:
                data = self._read(name)
                record, text = document_record(data, name, str(self._folder)), decoded(data, name)
            except InvalidInput:
                continue  # as `records` said
            changed = document_rewritten(text, name, record, rewrite)
            if changed != text:
                bom = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
                with copy_of(self._folder / name, folder, name) as file:
                    file.write(bom + changed)
                yield folder / name

    @property
    def _folder(self) -> Path:
        return self.path if self.path.is_dir() else self.path.parent

    def _names(self) -> list[str]:
        if not self.path.is_dir():
            return [self.path.name]
        names = names_in(self.path, _SKIPPED)
        return sorted(name for name in names if name.lower().endswith(DOCUMENTS) and not _is_hidden(name))

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        try:
            if not path.is_file():  # reading a pipe would never end
                raise InvalidInput("is not a file")
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}") from None


def _is_hidden(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".")


def document_record(data: bytes, name: str, source: str) -> Record:
    """Return the record of a document in a folder or in the bucket. Raises InvalidInput for what is no text."""
    text = decoded(data, name)
    stem = re.sub(r"[-_]+", " ", PurePosixPath(name).stem).strip() or "article"
    if name.lower().endswith(HTML):
        return Record(name, {"title": _html_title(text), "lang": _html_lang(text)}, {"body": text}, stem, is_html=True)
    article = _as_article(data, name, source)
    if name.lower().endswith(".json"):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            raise InvalidInput(f"{name} is not valid JSON") from None
        fields = values if isinstance(values, dict) else {}
        return Record(name, fields, fields or {"body": values}, stem, article=article)
    front, body = front_matter_and_body(text)
    heading = _HEADING.search(body)
    fields = ({"title": heading[1]} if heading else {}) | front
    return Record(name, fields, front | {"body": body}, stem, article=article)


def document_rewritten(text: str, name: str, record: Record, rewrite: Rewrite) -> str:
    """Return a document's text with its addresses rewritten."""
    if name.lower().endswith(".json"):
        return rewritten_json(text, lambda value: rewrite(value, record))
    return rewrite(text, record)


def front_matter_and_body(text: str) -> tuple[dict[str, Any], str]:
    """Return the fields of YAML or TOML front matter, and the rest; what cannot be read is part of the body."""
    fence = _FRONT.match(text)
    if fence is None:
        return {}, text
    fields: Any = None
    with suppress(yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        inside = (fence[2] or "").replace("\r\n", "\n")
        fields = tomllib.loads(inside) if fence[1] == "+++" else yaml.load(inside, Loader=PlainYAML)  # noqa: S506
    return (fields, text[fence.end() :]) if isinstance(fields, Mapping) else ({}, text)  # type: ignore[return-value]


def _as_article(data: bytes, name: str, source: str) -> Article | None:
    """Return the document as `article-images` reads it, so that its pictures come into the same folder."""
    try:
        return read_from(parse_document(data, name), source, name)
    except InvalidInput:
        return None


def _html_title(text: str) -> str:
    root = parsed(text)
    for path in ("//h1", "//title"):
        for element in () if root is None else root.xpath(path):
            if title := " ".join("".join(element.itertext()).split()):
                return html.unescape(title)
    return ""


def _html_lang(text: str) -> str:
    found = re.search(r"<html[^>]{0,2000}?\slang=[\"']?([A-Za-z]{2})", text)
    return found[1] if found else ""
