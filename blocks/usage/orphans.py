"""Orphans that may be removed: pictures in an article's folder that its manifest does not name, and that are old.

Only in the folder of an article whose manifest can be read: elsewhere nobody knows what is needed. Only old ones: what
a run under way has stored is named by no manifest yet.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.services import Services
from blocks.storage.versions import version_pages
from blocks.usage.measurement import Measurement
from blocks.usage.places import buckets_of
from imaging.formats import FORMATS
from imaging.housekeeping.report import Orphan
from imaging.names import keys, lock_names
from imaging.pictures.picture import STORED_TYPES
from imaging.usage.named import is_manifest, named_objects

# Files that somebody else has put into the folder are not ours to remove.
_EXTENSIONS = "|".join(sorted({*FORMATS, *(extension[1:] for _, extension in STORED_TYPES.values())}))
_QUERY = f"""
SELECT f.tenant, a.slug, f.key, f.bytes FROM findings f
JOIN articles a ON a.tenant = f.tenant AND a.slug = split_part(f.key, '/', 2)
WHERE f.finding = 'orphan' AND a.status <> 'unreadable' AND f.modified < $before
    AND regexp_matches(f.key, '[.]({_EXTENSIONS})$')
ORDER BY f.tenant, a.slug, f.key
"""  # noqa: S608 - our own names


def old_orphans(measurement: Measurement, days: int) -> list[Orphan]:
    """Return the orphans whose current version is older than so many days, by article."""
    rows = measurement.tables.rows(_QUERY, before=int(_before(days).timestamp() * 1_000_000))
    return [Orphan(user_id=user_id, article=slug, key=key, bytes=size) for user_id, slug, key, size in rows]


def removed_orphans(services: Services, orphans: Iterable[Orphan], days: int) -> Iterator[Orphan]:
    """Delete orphans with all their versions; yield each, as removed or not.

    Article by article, while holding its lock: where a run is at work nothing is removed, nor what a manifest names by
    now or what was written anew. Raises StorageError.
    """
    for (user_id, slug), some in groupby(orphans, lambda one: (one.user_id, one.article)):
        theirs = list(some)
        try:
            with one_at_a_time(lock_names.article_lock("run", user_id, slug), services.locks, wait=False):
                yield from _removed(services, theirs, days)
        except BlockingIOError:
            yield from theirs


def _removed(services: Services, orphans: Sequence[Orphan], days: int) -> Iterator[Orphan]:
    named = _named(services, orphans[0].user_id, orphans[0].article)
    pictures = next(iter(buckets_of(services.store).values()))
    for orphan in orphans:
        versions = [one for page in version_pages(pictures, orphan.key) for one in page.versions]
        times = [one.modified for one in versions if one.key == orphan.key]
        is_one = named is not None and orphan.key not in named and max(times, default=_before(0)) < _before(days)
        if is_one:
            services.store.delete(orphan.key)
        yield orphan.model_copy(update={"removed": is_one})


def _named(services: Services, user_id: str, slug: str) -> set[str] | None:
    """Return what the article's manifests name by now, None where neither can be read."""
    public = services.store.get_json(keys.manifest_key(user_id, slug))
    documents = [public, services.manifests.read(user_id, slug).document]
    readable = [document for document in documents if is_manifest(document)]
    return {one.key for document in readable for one in named_objects(document)} if readable else None


def _before(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
