"""Text preparation: cleaning, and splitting into grapheme clusters."""

import re
import unicodedata

from imaging.typesetting.signs import LEADING_VOWELS, TRAILING_VOWELS

SOFT_HYPHEN, ZERO_WIDTH_SPACE, ELLIPSIS = "\u00ad", "\u200b", "…"
ZWJ = "\u200d"
# Format characters that affect line breaking or shaping; all others (overrides, deprecated tags) are removed.
_KEPT_FORMAT = {SOFT_HYPHEN, ZERO_WIDTH_SPACE, ZWJ, "\u200c", "\u200e", "\u200f"}
_SPACES = re.compile(r"[^\S\u00a0\u202f\u2007]+")  # all but the no-break spaces
_CJK_NAMES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "HALFWIDTH", "FULLWIDTH")
_MARKS_AT_MOST = 4  # on one letter: Hebrew with cantillation needs three, "zalgo" text has dozens
_VIRAMA = 9  # canonical combining class


def clean(text: str) -> str:
    """Return the text in NFC, with single spaces for white space, without control characters."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return "".join(c for c in text if _is_kept(c))


def clusters(text: str) -> list[str]:
    """Return grapheme clusters: roughly those of UAX 29, with Thai and Lao vowels joined to their consonant."""
    found: list[str] = []
    for char in text:
        if found and _joins(found[-1], char):
            if len(found[-1]) <= _MARKS_AT_MOST or not is_mark(char):
                found[-1] += char
        else:
            found.append(char)
    return found


def is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def is_ignorable(char: str) -> bool:
    """Return whether the character is invisible, so that a font need not have a glyph for it."""
    return unicodedata.category(char) == "Cf" or is_selector(char)


def is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f"


def script(cluster: str) -> str:
    """Return a letter's script as in its Unicode name (LATIN, ARABIC ...), CJK for Han, kana and Hangul; else ''."""
    if unicodedata.category(cluster[0])[0] not in "LM":
        return ""
    name = unicodedata.name(cluster[0], "").split(" ")[0]
    return "CJK" if name.startswith(_CJK_NAMES) else name


def cjk_language(text: str) -> str | None:
    """Return the BCP 47 tag of the regional glyph forms for the text's Han characters; None without any.

    Kana means Japanese and Hangul Korean; otherwise legacy encodings distinguish simplified from traditional. This is
    a guess, but a wrong one still shows the right character.
    """
    names = {unicodedata.name(c, "").split(" ")[0] for c in text}
    for kana_or_hangul, language in (("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("HANGUL", "ko")):
        if kana_or_hangul in names:
            return language
    han = "".join(c for c in text if unicodedata.name(c, "").startswith("CJK UNIFIED"))
    encodings = (("gb2312", "zh-Hans"), ("big5", "zh-Hant"))
    return next((tag for codec, tag in encodings if _encodes(han, codec)), "ja") if han else None


def _encodes(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _is_kept(char: str) -> bool:
    category = unicodedata.category(char)
    return char in _KEPT_FORMAT or category not in {"Cc", "Cf", "Cs", "Co", "Cn"} or _is_tag(char)


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= "\U000e007f"  # the letters of a region's flag


def _joins(before: str, char: str) -> bool:
    if before in {" ", ZERO_WIDTH_SPACE, SOFT_HYPHEN}:
        return False
    return (
        is_mark(char)
        or char in {ZWJ, "\u200c"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or _is_tag(char)
        or char in TRAILING_VOWELS
        or before[-1] in LEADING_VOWELS
        or before[-1] == ZWJ
        or (unicodedata.combining(before[-1]) == _VIRAMA and unicodedata.category(char) == "Lo")
        or (len(before) == 1 and _is_regional(before) and _is_regional(char))
    )


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
