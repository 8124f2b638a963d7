"""Paths of records: the same below `_results/` in the bucket and below this machine's folder of results.

The cached result of a task is stored under its `cache_key`. Later versions look up these names: changing one means
paying for pictures twice.
"""

from imaging.names import keys
from imaging.slug import short_hash
from imaging.spec import ImageSpec

ORDERS = "_predictions"  # beside the tenants' folders
BACKLOG, MIGRATIONS, SPEND = "_backlog", "_migrations", "_spend"  # in a tenant's folder; backlogs of all beside them
SHARDS = f"{BACKLOG}/shards"
ATTEMPT, RECEIPT = ".attempt", ".receipt"  # behind a picture's `cache_key`


def record_key(path: str) -> str:
    """Return the key in the bucket of the record under `path`."""
    return f"{keys.RESULTS_FOLDER}/{path}"


def article_records(user_id: str, slug: str) -> str:
    """Return the folder of an article's records."""
    return f"{user_id}/{slug}"


def whole_manifest(user_id: str, slug: str) -> str:
    """Return the path of the complete, private manifest."""
    return f"{article_records(user_id, slug)}/{keys.MANIFEST}"


def words_path(user_id: str, slug: str) -> str:
    """Return the path of a language model's texts for an article."""
    return f"{article_records(user_id, slug)}/words"


def attempt_path(spec: ImageSpec) -> str:
    """Return the path of the last attempt to order the picture."""
    return f"{spec.cache_key}{ATTEMPT}"


def receipt_path(spec: ImageSpec) -> str:
    """Return the path of the receipt for a picture that is about to be uploaded."""
    return f"{spec.cache_key}{RECEIPT}"


def prediction_path(prediction_id: str) -> str:
    """Return the path of the record of a prediction's owner."""
    return f"{ORDERS}/{prediction_id}"


def spend_path(user_id: str, month: str) -> str:
    """Return the path of a tenant's spend in a month, such as `2026-11`."""
    return f"{user_id}/{SPEND}/{month}.json"


def unreported_spend_path(user_id: str, month: str) -> str:
    """Return the local path of spend that is not reported to the bucket's `spend_path` yet."""
    return f"{user_id}/{SPEND}/{month}.untold.json"  # the name of the first version


def stored_bytes_path(user_id: str) -> str:
    """Return the path of how much a tenant stores, as it was last counted."""
    return f"{user_id}/_stored.json"


def backlog_place(user_id: str | None, identity: str) -> str:
    """Return the folder of a backlog's source; `identity` identifies the source."""
    return f"{user_id or ''}/{BACKLOG}/{short_hash(identity, 16)}".lstrip("/")


def index_path(place: str, number: int) -> str:
    """Return the path of one part of a source's index; `place` is the source's folder."""
    return f"{place}/{number:02}.json"


def feed_page_path(place: str, number: int) -> str:
    """Return the path of a page of a feed; `place` is the source's folder."""
    return f"{place}/page-{number}.json"


def migrations_folder(user_id: str) -> str:
    """Return the folder of the records on a tenant's old addresses, with its trailing slash."""
    return f"{user_id}/{MIGRATIONS}/"


def migration_path(user_id: str, run_id: object, number: int) -> str:
    """Return the path of one part of what a migration's run has done."""
    return f"{migrations_folder(user_id)}{run_id}-{number:05}.json"


def shard_path(run_id: object) -> str:
    """Return the path of the report that a shard's run leaves."""
    return f"{SHARDS}/{run_id}.json"
