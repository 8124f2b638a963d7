"""Keys of objects in the bucket (docs/storage.md) with Cache-Control headers, and paths of records.

Later versions look up these names: changing one means paying for pictures twice.
"""

from imaging.formats import FORMATS
from imaging.kinds import Kind
from imaging.slug import BRANDING, short_hash
from imaging.spec import ImageSpec

IMMUTABLE = "public, max-age=31536000, immutable"  # the name holds a hash of the content: it never changes
SHORT = "public, max-age=300"  # a fixed name: a refresh overwrites it
NO_CACHE = "no-cache"  # manifest and gallery page

# Beside the tenants' folders; a `user_id` never starts with an underscore, so these cannot collide with one.
RESULTS_FOLDER = "_results"
CLAIMS_FOLDER = "_claims"
REPORTS_FOLDER = "_reports"
DOCTOR_FOLDER = "_doctor"


def prefix(user_id: str, slug: str) -> str:
    """Return the folder of one article, with its trailing slash."""
    return f"{user_id}/{slug}/"


def manifest_key(user_id: str, slug: str) -> str:
    """Return the key of the article's manifest."""
    return f"{prefix(user_id, slug)}manifest.json"


def gallery_key(user_id: str, slug: str) -> str:
    """Return the key of the article's gallery page."""
    return f"{prefix(user_id, slug)}gallery.html"


def branding(user_id: str) -> str:
    """Return the folder of the tenant's brand and its assets, with its trailing slash; no article has it."""
    return prefix(user_id, BRANDING)


def brand_key(user_id: str) -> str:
    """Return the key of the tenant's brand."""
    return f"{branding(user_id)}brand.json"


def brand_preview_key(user_id: str) -> str:
    """Return the key of the page that shows the tenant's brand."""
    return f"{branding(user_id)}preview.html"


def claim_key(user_id: str, slug: str) -> str:
    """Return the key of the claim on `slug`."""
    return f"{CLAIMS_FOLDER}/{user_id}/{slug}.json"


def known_key(user_id: str, name: str) -> str:
    """Return the key of the object that maps `name` (an id, an address or a path) to an article's slug."""
    return f"{CLAIMS_FOLDER}/{user_id}/_known/{short_hash(name, 32)}.json"


def hero_stem(user_id: str, slug: str) -> str:
    """Return the stem of the hero: a fixed name."""
    return f"{prefix(user_id, slug)}hero"


def supporting_stem(user_id: str, slug: str, aspect: str) -> str:
    """Return the stem of the supporting picture on `aspect`, a hash of the aspect's text."""
    return f"{prefix(user_id, slug)}supporting/{short_hash(aspect)}"


def comparison_stem(user_id: str, slug: str, model: str) -> str:
    """Return the stem of one model's picture in the comparison; the content's hash follows."""
    return f"{prefix(user_id, slug)}comparison/{model}"


def card_stem(user_id: str, slug: str, platform: str) -> str:
    """Return the stem of a platform's Open Graph card: a fixed name."""
    return f"{prefix(user_id, slug)}platform/{platform}_og"


def social_stem(user_id: str, slug: str, platform: str) -> str:
    """Return the stem of a platform's AI picture; the content's hash follows."""
    return f"{prefix(user_id, slug)}platform/{platform}"


MIGRATED = "migrated"
"""The folder of pictures that came from old addresses; their names begin with it too."""


def migrated_stem(user_id: str, slug: str, name: str) -> str:
    """Return the stem of a picture that came from an old address; the content's hash follows."""
    return f"{prefix(user_id, slug)}{MIGRATED}/{name}"


def image_place(user_id: str, slug: str, name: str, kind: Kind, platform: str | None) -> tuple[str, int]:
    """Return stem and hash length of a plan's image by its entry, which names no aspect: its own name stands for it."""
    match kind:
        case Kind.HERO:
            return hero_stem(user_id, slug), 0
        case Kind.CARD:
            return card_stem(user_id, slug, str(platform)), 0
        case Kind.SOCIAL:
            return social_stem(user_id, slug, str(platform)), 8
        case Kind.COMPARISON:
            return comparison_stem(user_id, slug, name.removeprefix("comparison-")), 16
        case Kind.SUPPORTING:
            return supporting_stem(user_id, slug, name), 0


def is_migrated(name: str) -> bool:
    """Return whether an image's name is that of a picture from an old address: no plan has it, so each run keeps it."""
    return name.startswith(f"{MIGRATED}-")


def object_key(spec: ImageSpec, sha256: str, extension: str) -> str:
    """Return the full key of a picture: stem, hash if the name has one, extension with its dot."""
    content = f"_{sha256[: spec.hash_length]}" if spec.hash_length else ""
    return f"{spec.stem}{content}{extension}"


def is_private(key: str) -> bool:
    """Return whether an object is private: a record or claim."""
    return key.startswith("_") and not key.startswith(f"{DOCTOR_FOLDER}/")


def cache_control(spec: ImageSpec) -> str:
    """Return the Cache-Control header of the picture's object."""
    return IMMUTABLE if spec.hash_length else SHORT


def variant_key(key: str, width: int, image_format: str) -> str:
    """Return the key of a web format of the picture under `key`, with the same stem."""
    return f"{key.rpartition('.')[0]}.w{width}.{image_format}"


def variant_at(key: str, other: str) -> tuple[str, int] | None:
    """Return format and width of the web format at `other`; None if it is none of the picture at `key`."""
    width, _, image_format = other.removeprefix(f"{key.rpartition('.')[0]}.w").partition(".")
    is_one = image_format in FORMATS and width.isdecimal() and other == variant_key(key, int(width), image_format)
    return (image_format, int(width)) if is_one else None


def variant_cache_control(key: str, sha256: str) -> str:
    """Return the Cache-Control header of the picture's web formats: immutable if its own name is."""
    return IMMUTABLE if names_content(key, sha256) else SHORT


def pinned_key(key: str, sha256: str) -> str:
    """Return the permanent key of this picture: `key` itself if it contains the content's hash already."""
    if names_content(key, sha256):
        return key
    stem, dot, extension = key.rpartition(".")
    return f"{stem}_{sha256[:16]}{dot}{extension}"


def names_content(key: str, sha256: str) -> bool:
    """Return whether a key contains the beginning of its content's hash."""
    return f"_{sha256[:8]}" in key


# Records. Their paths are the same below RESULTS_FOLDER in the bucket and below this machine's folder of results; the
# cached result of a task is stored under its `cache_key`.


def record_key(path: str) -> str:
    """Return the key in the bucket of the record under `path`."""
    return f"{RESULTS_FOLDER}/{path}"


def article_records(user_id: str, slug: str) -> str:
    """Return the folder of an article's records."""
    return f"{user_id}/{slug}"


def whole_manifest(user_id: str, slug: str) -> str:
    """Return the path of the complete, private manifest."""
    return f"{article_records(user_id, slug)}/manifest.json"


def words_path(user_id: str, slug: str) -> str:
    """Return the path of a language model's texts for an article."""
    return f"{article_records(user_id, slug)}/words"


def attempt_path(spec: ImageSpec) -> str:
    """Return the path of the last attempt to order the picture."""
    return f"{spec.cache_key}.attempt"


def receipt_path(spec: ImageSpec) -> str:
    """Return the path of the receipt for a picture that is about to be uploaded."""
    return f"{spec.cache_key}.receipt"


def prediction_path(prediction_id: str) -> str:
    """Return the path of the record of a prediction's owner."""
    return f"_predictions/{prediction_id}"


def spend_path(user_id: str, month: str) -> str:
    """Return the path of a tenant's spend in a month, such as `2026-11`."""
    return f"{user_id}/_spend/{month}.json"


def unreported_spend_path(user_id: str, month: str) -> str:
    """Return the local path of spend that is not reported to the bucket's `spend_path` yet."""
    return f"{user_id}/_spend/{month}.untold.json"  # the name of the first version


def stored_bytes_path(user_id: str) -> str:
    """Return the path of how much a tenant stores, as it was last counted."""
    return f"{user_id}/_stored.json"


def backlog_place(user_id: str | None, identity: str) -> str:
    """Return the folder of a backlog's source; `identity` identifies the source."""
    return f"{user_id or ''}/_backlog/{short_hash(identity, 16)}".lstrip("/")


def index_path(place: str, number: int) -> str:
    """Return the path of one part of a source's index; `place` is the source's folder."""
    return f"{place}/{number:02}.json"


def feed_page_path(place: str, number: int) -> str:
    """Return the path of a page of a feed; `place` is the source's folder."""
    return f"{place}/page-{number}.json"


def migrations_folder(user_id: str) -> str:
    """Return the folder of the records on a tenant's old addresses, with its trailing slash."""
    return f"{user_id}/_migrations/"


def migration_path(user_id: str, run_id: object, number: int) -> str:
    """Return the path of one part of what a migration's run has done."""
    return f"{migrations_folder(user_id)}{run_id}-{number:05}.json"


def shard_path(run_id: object) -> str:
    """Return the path of the report that a shard's run leaves."""
    return f"_backlog/shards/{run_id}.json"


def report_key(user_id: str | None, month: str, suffix: str) -> str:
    """Return the key of a month's report on a tenant, or on all (None); `suffix` such as `json` or `findings.csv`."""
    return f"{REPORTS_FOLDER}/{user_id or '_all'}/{month}.{suffix}"
