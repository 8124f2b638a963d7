"""Filling the tables of a measurement: with the bucket's LIST, and with what the manifests name."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from blocks.storage.bucket import ImageStore, json_in
from blocks.storage.versions import ObjectVersion, version_pages
from blocks.usage.places import buckets_of, tenant_prefixes
from blocks.usage.tables import Tables
from imaging.names import keys
from imaging.usage.named import is_manifest, named_objects

UNREADABLE = "unreadable"
_AT_ONCE = 16  # requests; the S3 client keeps 64 connections
Item = TypeVar("Item")
Result = TypeVar("Result")

# Of each article both manifests, the one beside the pictures and the whole one among the records.
_MANIFESTS = f"""
SELECT tenant, slug, bucket, key, version FROM (
    SELECT tenant, slug, bucket, key, version, modified, 1 AS preferred
    FROM objects WHERE current AND NOT hides AND place = 'manifest' AND tenant IS NOT NULL
    UNION ALL
    SELECT tenant, split_part(key, '/', 3), bucket, key, version, modified, 2
    FROM objects WHERE current AND NOT hides AND tenant IS NOT NULL
        AND regexp_full_match(key, '{keys.RESULTS_FOLDER}/[^/]+/[^/]+/manifest[.]json')
) ORDER BY tenant, slug, modified DESC, preferred
"""  # noqa: S608 - our own names


class _Manifest(NamedTuple):
    tenant: str
    slug: str
    bucket: str
    key: str
    version: str


def list_objects(store: ImageStore, tables: Tables, user_id: str | None, listed: Callable[[int], None]) -> bool:
    """List all versions of all objects, or of one tenant's, into the table `listed`. `listed` is called with the count.

    Return whether old versions are among them: some stores have none, or do not say. Raises StorageError.
    """
    number, has_versions = 0, True
    for bucket, prefix in _prefixes(store, user_id):
        for page in version_pages(buckets_of(store)[bucket], prefix):
            rows = [_row(number + at, bucket, version) for at, version in enumerate(page.versions)]
            tables.add("listed", rows)
            number += len(rows)
            has_versions = has_versions and page.has_versions
            listed(number)
    return has_versions


def _row(number: int, bucket: str, version: ObjectVersion) -> tuple[Any, ...]:
    microseconds = int(version.modified.timestamp() * 1_000_000)
    return (number, bucket, version.key, version.version_id, version.etag, version.bytes, microseconds,
            version.is_latest, version.hides)  # fmt: skip


def _prefixes(store: ImageStore, user_id: str | None) -> Iterator[tuple[str, str]]:
    if user_id is not None:
        yield from tenant_prefixes(store, user_id)
        return
    yield from ((bucket, "") for bucket in buckets_of(store))


def read_manifests(store: ImageStore, tables: Tables) -> None:
    """Read each article's manifest, as it was when the bucket was listed, into the tables `named` and `articles`.

    The newer of the two counts, the other where that is broken. Raises StorageError.
    """
    for manifests, document in at_once(lambda some: _document(store, some), _by_article(tables)):
        place = manifests[0][:2]
        if document is None:
            tables.add("articles", [(*place, UNREADABLE)])
            continue
        tables.add("articles", [(*place, str(document.get("status", "")))])
        tables.add("named", [(*place, *named) for named in named_objects(document)])


def _by_article(tables: Tables) -> Iterator[list[_Manifest]]:
    same: list[_Manifest] = []
    for row in tables.each(_MANIFESTS):
        manifest = _Manifest(*row)
        if same and manifest[:2] != same[0][:2]:
            yield same
            same = []
        same.append(manifest)
    if same:
        yield same


def _document(store: ImageStore, manifests: list[_Manifest]) -> dict[str, Any] | None:
    for one in manifests:
        version = "" if one.version == "null" else one.version
        document = json_in(buckets_of(store)[one.bucket].get(one.key, version=version))
        if is_manifest(document):
            return dict(document)
    return None


def at_once(call: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[Item, Result]]:
    """Yield each item with the result of the call, some calls at the same time, and no more items than that in memory.

    Raises the first call's error.
    """
    left = iter(items)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # In our context: a bare thread would not know which run it is part of.
        def submit(item: Item) -> tuple[Item, "Future[Result]"]:
            return item, pool.submit(copy_context().run, call, item)

        waiting = [submit(item) for item in islice(left, 2 * _AT_ONCE)]
        while waiting:
            item, future = waiting.pop(0)
            yield item, future.result()
            waiting += [submit(item) for item in islice(left, 1)]
