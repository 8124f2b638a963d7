"""Slugs: an article's name in keys and URLs, made from its topic."""

import hashlib
import re
import unicodedata

from slugify import slugify as _slugify

MAX_LENGTH = 80  # characters; keys stay far below the 500 characters that a durable URL may have
DEFAULT_TENANT = "default"  # of a single user
BRANDING = "branding"  # reserved: the folder of a tenant's logos and other brand assets
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# ASCII spellings of a language's letters, where these are not just the letter without its accent; capitals too, since
# the replacement comes before lower-casing. From https://github.com/cocur/slugify.
_GERMAN = (
    ("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"),
    ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("ẞ", "SS"),
)  # fmt: skip
_DANISH = (("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("Æ", "Ae"), ("Ø", "Oe"), ("Å", "Aa"))
_CROATIAN = (("đ", "dj"), ("Đ", "Dj"))
_SPELLINGS = {
    "de": _GERMAN,
    "da": _DANISH,
    "nb": _DANISH,
    "nn": _DANISH,
    "no": _DANISH,
    "hr": _CROATIAN,
    "sr": _CROATIAN,
    "bs": _CROATIAN,
    "az": (("ə", "e"), ("Ə", "E")),
    "ca": (("l·l", "ll"), ("L·L", "LL")),
}

# Apostrophes that Unicode does not count as punctuation: typed accents, and letters of Hawaiian, Ukrainian, Breton.
_APOSTROPHES = "´`ʹʻʼʽˈ＇＂"


def slugify(topic: str, language: str = "de") -> str:
    """Return the slug of `topic` in the spelling of its language (ISO 639-1): `[a-z0-9-]`, 1 to 80 characters.

    Every punctuation mark separates words, between digits too, so that a version, a decimal or a time stays readable.
    Any script becomes ASCII; a topic without an ASCII form (a lone emoji) is named by its hash, so that a slug is
    never empty and the same topic always gets the same one.
    """
    topic = unicodedata.normalize("NFC", topic)  # "u" + combining dots is an "ü" too
    spelled = topic
    for letter, ascii_form in _SPELLINGS.get(language, ()):
        spelled = spelled.replace(letter, ascii_form)
    # Not left to the library, which drops commas between digits, and all apostrophes but the ASCII one. The characters
    # of an entity are kept for it to decode.
    parted = "".join("-" if _parts_words(sign) else sign for sign in spelled)
    return _ascii(parted, ()) or _hashed(topic)


def spellings(topic: str, language: str) -> list[str]:
    """Return the slugs that the folder of an article on `topic` may have, the current one first.

    The others are that of version 0.1, which ignored the language and commas between digits, and those of other
    languages, so that an article keeps its folder when its language is corrected.
    """
    others = (slugify(topic, other) for other in ("", *_SPELLINGS))
    return list(dict.fromkeys([slugify(topic, language), _first_slug(topic), *others]))


def candidates(slug: str, *identities: str | None) -> list[str]:
    """Return the slugs that an article may own, best first: the plain one, then one for each identity.

    Topics with the same slug (`C++ Grundlagen`, `C Grundlagen`) must not share a folder: the second one gets the slug
    with eight hex digits of its own identity appended. So does an article whose slug would be `branding`.
    """
    stem = slug[: MAX_LENGTH - 9].rstrip("-")
    own = [f"{stem}-{short_hash(identity)}" for identity in identities if identity]
    return own if slug == BRANDING else [slug, *own]


def short_hash(text: str, length: int = 8) -> str:
    """Return the first `length` hex digits of the SHA-256 of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _parts_words(sign: str) -> bool:
    return sign in _APOSTROPHES or (sign not in "&#;" and unicodedata.category(sign).startswith("P"))


def _first_slug(topic: str) -> str:
    """Return the slug as made by versions up to 0.1. Never change it: folders in buckets have these names."""
    topic = unicodedata.normalize("NFC", topic)
    return _ascii(topic, _GERMAN) or _hashed(topic)


def _ascii(topic: str, replacements: tuple[tuple[str, str], ...]) -> str:
    return _slugify(
        topic,
        replacements=replacements,
        replacement_stage="pre",
        max_length=MAX_LENGTH,
        word_boundary=True,
        save_order=True,
        backend="text-unidecode",  # not "auto", which depends on the installed packages
        algorithm="modern",  # the length limit applies to the result
    )


def _hashed(topic: str) -> str:
    return f"article-{short_hash(topic)}"
