"""The excerpt that WordPress makes of a text without one: its feeds have it, and its exports do not.

Where it were missing from one of them, the same article would be another one by its feed and by an export, and its
hero would be paid for twice (`wp_trim_excerpt` and `excerpt_remove_blocks` in WordPress' source).
"""

import re

_WORDS = 55
_SPOKEN_WITHOUT_SPACES = ("ja", "zh", "th")  # whose sites count characters, each as it likes
_BLOCK = re.compile(r"<!--\s(?P<ends>/)?wp:(?P<name>[a-z][a-z0-9_/-]*)\s[^<>]*?(?P<empty>/)?-->")
_CAPTION_ENDS = "[/caption]"
_SHOWN = {
    "freeform", "heading", "html", "list", "list-item", "media-text", "paragraph", "preformatted", "pullquote", "quote",
    "table", "verse", "columns", "column", "group",
}  # fmt: skip


def shown_in_excerpt(html: str) -> str:
    """Return a post's HTML without the blocks that WordPress leaves out of excerpts: pictures, code, buttons, ..."""
    html = _without_captions(html)
    parts, place, left_out, depth = [], 0, "", 0
    for mark in _BLOCK.finditer(html):
        name = mark["name"].removeprefix("core/")
        if mark["empty"]:
            continue
        if not left_out and not mark["ends"] and name not in _SHOWN:
            parts.append(html[place : mark.start()])
            left_out, depth = name, 1
        elif left_out == name:
            depth += -1 if mark["ends"] else 1
            if not depth:
                left_out, place = "", mark.end()
    return "".join([*parts, "" if left_out else html[place:]])


def _without_captions(html: str) -> str:
    parts, place = [], 0
    while (begin := html.find("[caption", place)) >= 0 and (end := html.find(_CAPTION_ENDS, begin)) >= 0:
        parts.append(html[place:begin])
        place = end + len(_CAPTION_ENDS)
    return "".join([*parts, html[place:]])


def first_words(text: str, language: str) -> str:
    """Return the beginning of a text as WordPress cuts it; nothing where it does not count words."""
    if language.lower().startswith(_SPOKEN_WITHOUT_SPACES):
        return ""
    words = text.split()
    return " ".join(words[:_WORDS]) + (" […]" if len(words) > _WORDS else "")
