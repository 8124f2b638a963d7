"""Where tenants' objects are: the buckets, and the folders and prefixes in them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from blocks.storage.bucket import ImageStore
from blocks.storage.pages import following_page
from imaging.names import keys
from imaging.slug import BRANDING, SLUG
from imaging.validation import USER_ID

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


def tenants_in(store: ImageStore) -> list[str]:
    """Return the tenants that have a folder in the bucket, by name. Raises StorageError."""
    return sorted(name for name in _folders(store, "") if re.fullmatch(USER_ID, name))


def slugs_of(store: ImageStore, user_id: str) -> Iterator[str]:
    """Yield the slugs of a tenant's articles, a page of the listing at a time. Raises StorageError."""
    return (name for name in _folders(store, f"{user_id}/") if SLUG.fullmatch(name) and name != BRANDING)


def _folders(store: ImageStore, prefix: str) -> Iterator[str]:
    """Yield the names of the folders right below a prefix: no object in them is listed."""
    token: dict[str, str] = {}
    while True:
        page = store.call("list_objects_v2", Prefix=store.full_key(prefix), Delimiter="/", **token)
        for folder in page.get("CommonPrefixes", []):
            yield folder["Prefix"].removeprefix(store.full_key(prefix)).rstrip("/")
        if not (token := following_page(page, token, store.bucket.bucket_name)):
            return
