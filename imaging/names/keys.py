"""Keys of objects in the bucket (docs/storage.md), with their Cache-Control headers.

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

MANIFEST, GALLERY = "manifest.json", "gallery.html"  # in an article's folder


def prefix(user_id: str, slug: str) -> str:
    """Return the folder of one article, with its trailing slash."""
    return f"{user_id}/{slug}/"


def manifest_key(user_id: str, slug: str) -> str:
    """Return the key of the article's manifest."""
    return f"{prefix(user_id, slug)}{MANIFEST}"


def gallery_key(user_id: str, slug: str) -> str:
    """Return the key of the article's gallery page."""
    return f"{prefix(user_id, slug)}{GALLERY}"


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


def known_folder(user_id: str) -> str:
    """Return the folder of the notes that lead from an id, address or path to a slug, with its trailing slash."""
    return f"{CLAIMS_FOLDER}/{user_id}/_known/"


def known_key(user_id: str, name: str) -> str:
    """Return the key of the object that maps `name` (an id, an address or a path) to an article's slug."""
    return f"{known_folder(user_id)}{short_hash(name, 32)}.json"


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


def reports_folder(user_id: str | None) -> str:
    """Return the folder of the reports on a tenant, or on all (None), with its trailing slash."""
    return f"{REPORTS_FOLDER}/{user_id or '_all'}/"


def report_key(user_id: str | None, month: str, suffix: str) -> str:
    """Return the key of a month's report on a tenant, or on all (None); `suffix` such as `json` or `findings.csv`."""
    return f"{reports_folder(user_id)}{month}.{suffix}"
