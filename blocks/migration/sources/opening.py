"""Which kind of source a name stands for."""

from collections.abc import Mapping
from pathlib import Path

from blocks.migration.sources.documents import DOCUMENTS, Documents
from blocks.migration.sources.json_export import JsonExport
from blocks.migration.sources.manifests import Objects
from blocks.migration.sources.source import Source
from blocks.migration.sources.tables import Lines, Table
from blocks.migration.sources.wordpress import WordPress
from blocks.records.manifests import Manifests
from imaging.articles.sources import BUCKET
from imaging.errors import InvalidInput

_Kind = type[Table] | type[Lines] | type[JsonExport] | type[WordPress] | type[Documents]
_KINDS: Mapping[tuple[str, ...], _Kind] = {
    (".csv", ".tsv"): Table,
    (".jsonl", ".ndjson"): Lines,
    (".json",): JsonExport,
    (".xml", ".wxr", ".rss"): WordPress,
    DOCUMENTS: Documents,
}


def checked_old_source(source: str) -> str:
    """Return the source in normal form: for a file or folder, its absolute path. Raises InvalidInput."""
    if source.startswith(BUCKET):
        if not source.removeprefix(BUCKET).strip("/"):
            raise InvalidInput("SOURCE: bucket: needs a prefix, like bucket:acme/")
        return source
    if "://" in source or "\0" in source or not source.strip():
        raise InvalidInput("SOURCE: must be a folder, a file, or bucket:PREFIX; download an export first")
    path = Path(source).resolve()
    if not path.exists():
        raise InvalidInput(f"SOURCE: {source} does not exist")
    if not path.is_dir() and _kind(path) is None:
        raise InvalidInput(f"SOURCE: {path.name} is no Markdown, HTML, CSV, JSON, JSON Lines or XML file")
    return str(path)


def opened_source(source: str, manifests: Manifests) -> Source:
    """Return the source of this name, as `checked_old_source` returns it."""
    if source.startswith(BUCKET):
        return Objects(manifests, source.removeprefix(BUCKET).strip("/") + "/")
    path = Path(source)
    return Documents(path) if path.is_dir() else (_kind(path) or Documents)(path)


def _kind(path: Path) -> _Kind | None:
    return next((kind for suffixes, kind in _KINDS.items() if path.name.lower().endswith(suffixes)), None)
