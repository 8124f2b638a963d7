"""WordPress exports (WXR) and other RSS files, read as a stream: an item is a record."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from blocks.migration.sources.source import Rewrite, Unread, copy_of, opened
from imaging.errors import InvalidInput
from imaging.migration.record import Record

_FIELDS = {
    "title": "title", "link": "link", "post_id": "id", "post_name": "slug", "guid": "guid", "language": "language",
}  # fmt: skip
_PUBLISHED = {"", "publish", "inherit", "future"}
_ITEM, _END = re.compile(r"<item(?:\s[^>]*)?>"), "</item>"
_MARKERS = re.compile(r"<!\[CDATA\[|\]\]>")


@dataclass(frozen=True, slots=True)
class WordPress:
    """An export of WordPress, or RSS."""

    path: Path

    def records(self) -> Iterator[Record | Unread]:
        """Yield a record for each item. Drafts are not public, and their pictures would be: they are passed over."""
        posts: dict[str, dict[str, str]] = {}
        unpublished = 0
        try:
            with self.path.open("rb") as file:
                for number, item in enumerate(_items(file), 1):
                    values = _values(item)
                    if values.get("status", "") not in _PUBLISHED:
                        unpublished += 1
                        continue
                    yield self._record(number, values, posts)
        except OSError as error:
            raise InvalidInput(f"SOURCE: {self.path} cannot be read: {error.strerror}") from None
        except etree.XMLSyntaxError as error:
            yield Unread(f"{self.path.name}: line {error.lineno}", "the rest is not well-formed XML")
        if unpublished:
            yield Unread(self.path.name, f"{unpublished:,} items are not published, and were passed over")

    def _record(self, number: int, values: dict[str, Any], posts: dict[str, dict[str, str]]) -> Record:
        fields = {ours: values[name] for name, ours in _FIELDS.items() if values.get(name)}
        key = ("ID", str(values["post_id"])) if values.get("post_id") else None
        if values.get("post_type") == "attachment":  # belongs to the post that it was uploaded for
            fields = posts.get(str(values.get("post_parent")), fields)
        elif key:
            posts[key[1]] = {name: fields[name] for name in ("title", "link", "id", "slug") if name in fields}
        texts = {
            name: values[name]
            for name in ("post_content", "post_excerpt", "description", "attachment_url", "meta", "enclosure", "media")
            if values.get(name)
        }
        where = f"{self.path.name}: post {key[1]}" if key else f"{self.path.name}: item {number}"
        return Record(where, fields, texts, self.path.stem, key=key)

    def rewritten(self, folder: Path, rewrite: Rewrite) -> Iterator[Path]:
        """Write a copy, item by item; the XML around the addresses stays as it is."""
        with opened(self.path) as file, copy_of(self.path, folder, self.path.name) as out:
            item: list[str] = []
            for line in file:
                if not item and not _ITEM.search(line):
                    out.write(line)
                    continue
                item.append(line)
                if _END in line:
                    out.write(_rewritten("".join(item), rewrite))
                    item = []
            out.write(_rewritten("".join(item), rewrite))
        yield folder / self.path.name


def _rewritten(item: str, rewrite: Rewrite) -> str:
    """Return an item rewritten: HTML parsers take what is between CDATA's markers for a comment."""
    parts = re.split(f"({_MARKERS.pattern})", item)
    return "".join(part if _MARKERS.fullmatch(part) else rewrite(part, None) for part in parts)


def _items(file: Any) -> Iterator[Any]:
    """Yield the items, and let go of each."""
    parser: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}
    for _, item in etree.iterparse(file, events=("end",), tag="item", recover=False, **parser):
        yield item
        item.clear()
        while item.getprevious() is not None:
            del item.getparent()[0]


def _values(item: Any) -> dict[str, Any]:
    """Return an item's fields by their names in WordPress's database."""
    values: dict[str, Any] = {}
    meta: dict[str, str] = {}
    for child in item.iterchildren(etree.Element):
        name, text = etree.QName(child), child.text or ""
        if name.localname == "postmeta":
            meta[child.findtext("{*}meta_key") or ""] = child.findtext("{*}meta_value") or ""
        elif name.localname == "encoded":
            values["post_excerpt" if "excerpt" in (name.namespace or "") else "post_content"] = text
        elif url := child.get("url"):  # enclosures, and Yahoo's media
            values.setdefault("media", []).append({"image": url})
        else:
            values.setdefault(name.localname, text)
    return values | {"meta": meta}
