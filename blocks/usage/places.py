"""Where a tenant's objects are: the buckets, and the prefixes in them."""

from collections.abc import Iterator
from dataclasses import replace

from blocks.storage.bucket import ImageStore
from imaging import keys

_PUBLIC, _PRIVATE = "pictures", "records"  # names of the two buckets


def buckets_of(store: ImageStore) -> dict[str, ImageStore]:
    """Return the bucket of the pictures and, where there is one, that of the records, each without the other."""
    buckets = {_PUBLIC: replace(store, private=None)}
    return buckets | ({_PRIVATE: store.private} if store.private else {})


def tenant_prefixes(store: ImageStore, user_id: str) -> Iterator[tuple[str, str]]:
    """Yield the names of the buckets and the prefixes below which all objects of a tenant are."""
    folders = ("", f"{keys.RESULTS_FOLDER}/", f"{keys.CLAIMS_FOLDER}/", f"{keys.REPORTS_FOLDER}/")
    for bucket in buckets_of(store):
        # With the slash, since another tenant's name may begin with this one.
        yield from ((bucket, f"{folder}{user_id}/") for folder in folders)
