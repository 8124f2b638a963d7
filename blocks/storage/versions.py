"""The versions of the bucket's objects, by LIST in pages: what a bucket bills beside the current objects."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from blocks.storage.bucket import ImageStore, as_plain_etag
from blocks.storage.pages import check_list, following_page
from imaging.errors import StorageBusy, StorageError, StorageRefused

_REPEATS = 3  # times that a page is asked for again where the bucket repeats the one before


class ObjectVersion(NamedTuple):
    """One version of an object, or the marker that hides it: then `hides` is True and it has no bytes.

    `version_id` is empty where the bucket keeps no versions. `is_latest`: the bucket says that none is newer.
    """

    key: str
    version_id: str
    etag: str
    bytes: int
    modified: datetime
    is_latest: bool
    hides: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 1,000 versions, the newest of a key first. `has_versions`: older ones would be listed too."""

    versions: list[ObjectVersion]
    has_versions: bool = True


def version_pages(store: ImageStore, prefix: str) -> Iterator[Page]:
    """Yield the versions of all objects below `prefix` in pages, of a bucket without versioning its objects.

    Raises StorageError, also for a bucket that keeps on answering with the same page.
    """
    try:
        first = _answer(store, prefix, {})
    except (StorageBusy, StorageRefused):
        raise
    except StorageError:  # a store without versioning, such as the embedded one
        yield from _object_pages(store, prefix)
        return
    yield Page(_versions(store, first))
    yield from _further_pages(store, prefix, first)


def _further_pages(store: ImageStore, prefix: str, answer: dict[str, Any]) -> Iterator[Page]:
    repeats = count(1)
    while answer.get("IsTruncated"):
        sent = _markers(answer)
        following = _answer(store, prefix, sent)
        if following.get("IsTruncated") and _comes_no_farther(_markers(following), sent):
            if next(repeats) > _REPEATS:
                raise StorageError(f"the bucket {store.bucket.bucket_name} repeats a page of its LIST again and again")
            continue
        repeats, answer = count(1), following
        yield Page(_versions(store, answer))


def _answer(store: ImageStore, prefix: str, markers: dict[str, str]) -> dict[str, Any]:
    answer = store.call("list_object_versions", Prefix=store.full_key(prefix), **markers)
    check_list(answer, store.bucket.bucket_name)
    return answer


def _markers(answer: dict[str, Any]) -> dict[str, str]:
    markers = {"KeyMarker": answer.get("NextKeyMarker"), "VersionIdMarker": answer.get("NextVersionIdMarker")}
    return {name: marker for name, marker in markers.items() if marker}


def _comes_no_farther(markers: dict[str, str], sent: dict[str, str]) -> bool:
    """Return whether a page ends where the one before ended, or before that. A key may have pages of versions."""
    return markers == sent or markers.get("KeyMarker", "") < sent.get("KeyMarker", "")


def _versions(store: ImageStore, answer: dict[str, Any]) -> list[ObjectVersion]:
    found = [_version(store, item, hides=False) for item in answer.get("Versions", [])]
    hidden = [_version(store, item, hides=True) for item in answer.get("DeleteMarkers", [])]
    return found + hidden


def _version(store: ImageStore, item: dict[str, Any], *, hides: bool) -> ObjectVersion:
    key, etag = item["Key"].removeprefix(store.folder), as_plain_etag(item.get("ETag", ""))
    version, is_latest = item.get("VersionId") or "", item.get("IsLatest", True)
    return ObjectVersion(key, version, etag, item.get("Size", 0), item["LastModified"], is_latest, hides)


def _object_pages(store: ImageStore, prefix: str) -> Iterator[Page]:
    token: dict[str, str] = {}
    while True:
        answer = store.call("list_objects_v2", Prefix=store.full_key(prefix), **token)
        yield Page([_version(store, item, hides=False) for item in answer.get("Contents", [])], has_versions=False)
        if not (token := following_page(answer, token, store.bucket.bucket_name)):
            return
