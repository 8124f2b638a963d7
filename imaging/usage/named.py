"""The objects that an article's manifest names, whichever version of ours has written it."""

from collections.abc import Iterator
from typing import Any, NamedTuple


class Named(NamedTuple):
    """An object that a manifest names. `kind`: of the picture; empty for its web formats and its pinned copy."""

    key: str
    kind: str


def is_manifest(document: Any) -> bool:
    """Return whether a JSON document has what a manifest needs to name objects."""
    return isinstance(document, dict) and isinstance(document.get("images"), list)


def named_objects(document: Any) -> list[Named]:
    """Return each object once that the manifest says is stored; of entries that cannot be read, what can be.

    Not through the model `Image`: an entry with one wrong field still names its objects, which must not seem orphans.
    """
    found: dict[str, str] = {}
    for entry in document["images"]:
        if isinstance(entry, dict) and entry.get("durable"):
            for key, kind in _of_entry(entry):
                found[key] = found.get(key) or kind
    return [Named(key, kind) for key, kind in found.items()]


def _of_entry(entry: dict[str, Any]) -> Iterator[Named]:
    variants = entry.get("variants")
    keys = [entry.get("pinned_key")]
    keys += [one.get("key") for one in variants if isinstance(one, dict)] if isinstance(variants, list) else []
    if isinstance(entry.get("key"), str):
        yield Named(entry["key"], str(entry.get("kind", "")))
    yield from (Named(key, "") for key in keys if isinstance(key, str))
