"""Slugs: the one place where a topic becomes the article's name in keys and URLs."""

import hashlib
import re
import unicodedata

from slugify import slugify as _slugify

MAX_LENGTH = 80  # characters; keys stay far below the 500 characters that a durable URL may have
BRANDING = "branding"  # the folder that holds a tenant's logos and other brand assets: no article's own
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# German spelling for letters that ASCII lacks; capitals too, since the replacement comes before lower-casing.
_GERMAN = (
    ("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"),
    ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("ẞ", "SS"),
)  # fmt: skip


def slugify(topic: str) -> str:
    """Return the slug of `topic`: `[a-z0-9-]`, 1 to 80 characters, cut at a word.

    Any script becomes ASCII; what has no ASCII form at all (a lone emoji) gets a name made from its hash,
    so that a slug is never empty and the same topic always finds the same one.
    """
    topic = unicodedata.normalize("NFC", topic)  # "u" + combining dots is an "ü" too
    slug = _slugify(
        topic,
        replacements=_GERMAN,
        replacement_stage="pre",
        max_length=MAX_LENGTH,
        word_boundary=True,
        save_order=True,
        backend="text-unidecode",  # not "auto", whose result depends on what else is installed
        algorithm="modern",  # the length limit counts what is emitted
    )
    return slug or f"article-{short_hash(topic)}"


def candidates(slug: str, *identities: str | None) -> list[str]:
    """Return the slugs an article may own, best first: the plain one, then one for each identity.

    Topics that collapse into one slug (`C++ Grundlagen`, `C Grundlagen`) must not share a folder: the
    second comer takes the slug with eight hex digits of its own identity behind it. So does an article on branding.
    """
    stem = slug[: MAX_LENGTH - 9].rstrip("-")
    own = [f"{stem}-{short_hash(identity)}" for identity in identities if identity]
    return own if slug == BRANDING else [slug, *own]


def short_hash(text: str, length: int = 8) -> str:
    """Return the first `length` hex digits of the SHA-256 of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]
