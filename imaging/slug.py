"""Slugs: the one place where a topic becomes the article's name in keys and URLs."""

import hashlib
import re
import unicodedata

from slugify import slugify as _slugify

MAX_LENGTH = 80  # characters; keys stay far below the 500 characters that a durable URL may have
BRANDING = "branding"  # the folder that holds a tenant's logos and other brand assets: no article's own
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# How a language spells its letters where there is only ASCII, where that is not the bare letter without its accent;
# capitals too, since the replacement comes before lower-casing. As https://github.com/cocur/slugify has them.
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

# Apostrophes that are no punctuation to Unicode: typed accents, and the letters of Hawaiian, Ukrainian, Breton.
_APOSTROPHES = "´`ʹʻʼʽˈ＇＂"


def slugify(topic: str, language: str = "de") -> str:
    """Return the slug of `topic`, spelled as its language (ISO 639-1) does: `[a-z0-9-]`, 1 to 80 characters.

    Every punctuation mark parts words, between digits too: a version, a decimal or an hour stays readable. Any script
    becomes ASCII; what has no ASCII form at all (a lone emoji) gets a name made from its hash, so that a slug is never
    empty and the same topic always finds the same one.
    """
    topic = unicodedata.normalize("NFC", topic)  # "u" + combining dots is an "ü" too
    spelled = topic
    for letter, ascii_form in _SPELLINGS.get(language, ()):
        spelled = spelled.replace(letter, ascii_form)
    # Not left to the library: it drops commas between digits, and every apostrophe but the typewriter's. The marks of
    # an entity stay for it to read.
    parted = "".join("-" if _parts_words(sign) else sign for sign in spelled)
    return _ascii(parted, ()) or _hashed(topic)


def spellings(topic: str, language: str) -> list[str]:
    """Return the slugs under which the folder of an article on `topic` may lie, the one of today first.

    Then come the one that it had before slugs knew of languages and of commas between digits, and those of other
    languages: an article whose language is corrected keeps its folder.
    """
    others = (slugify(topic, other) for other in ("", *_SPELLINGS))
    return list(dict.fromkeys([slugify(topic, language), _first_slug(topic), *others]))


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


def _parts_words(sign: str) -> bool:
    return sign in _APOSTROPHES or (sign not in "&#;" and unicodedata.category(sign).startswith("P"))


def _first_slug(topic: str) -> str:
    """Return the slug that versions up to 0.1 made. Never change it: folders in buckets are named so."""
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
        backend="text-unidecode",  # not "auto", whose result depends on what else is installed
        algorithm="modern",  # the length limit counts what is emitted
    )


def _hashed(topic: str) -> str:
    return f"article-{short_hash(topic)}"
