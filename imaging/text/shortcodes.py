"""Shortcodes of WordPress, and BBCode: `[gallery ids="1,2"]`, `[su_note]...[/su_note]`, `[youtube https://...]`.

Where a plugin is gone they remain in feeds, exports and summaries, often with the typographic quotes that WordPress
puts around attributes. Words in brackets (`[sic]`, `[Update 2026]`) are text.
"""

import re
from collections.abc import Set

_DOUBLE, _SINGLE = '"\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb', "'\u2018\u2019\u201a\u201b\u2032"
_QUOTES = _DOUBLE + _SINGLE
_QUOTED = "(?:" + "|".join(rf"[{one}][^{one}\[\]]{{0,2000}}+[{one}]{{1,2}}" for one in (_DOUBLE, _SINGLE)) + ")"
_VALUE = rf"(?:{_QUOTED}|[^\s\[\]{_QUOTES}=]{{1,300}}+)"
_ADDRESS = r"https?://[^\s\[\]]{1,2000}+"
_SHORTCODE = re.compile(
    r"(?<!\[)\[(?P<end>/)?(?P<name>[A-Za-z][\w-]{0,60}+)"
    rf"(?P<given>(?:=(?:{_QUOTED}|{_ADDRESS}|[^\s\[\]]{{1,300}}+))?"
    rf"(?:\s{{1,9}}(?:[\w:-]{{1,60}}+=(?:{_QUOTED}|{_VALUE})|{_ADDRESS}|[\w-]{{1,60}}+)){{0,400}}+)"
    r"\s{0,9}+/?(?P<close>\](?!\]))?"
)
# Arguments that no words in brackets have: a quoted value, an address, or a value after the first word.
_ARGUMENTS = re.compile(rf"=[{_QUOTES}]|\bhttps?://|\s[\w:-]{{1,60}}=")
_CLOSING = re.compile(r"\[/([A-Za-z][\w-]{0,60})\]")
_CUT = re.compile(r"[^\[\]]{0,400}(?:\[(?:…|\.{3})\])?\s*")  # the rest of a summary that was cut within a shortcode
# Without arguments and an end these are shortcodes, too. `ANYWHERE`: plugins' names have an underscore.
NOWHERE = re.compile(r"(?!)")
OWN = re.compile(r"gallery|caption|embed|audio|video|playlist|more|nextpage|toc")
ANYWHERE = re.compile(rf"{OWN.pattern}|\w*[^\W_]_[^\W_]\w*")
_NOT_READ = {"embed", "audio", "video", "playlist", "gallery", "img", "code", "sourcecode", "latex", "youtube"}
_LONGEST_CONTENT = 20_000  # characters
_NO_GAP = re.compile(r"^$|^[\s.,;:!?…)\]]")


def closed_names(text: str) -> frozenset[str]:
    """Return the names that are closed (`[/name]`) in a text: their openings are shortcodes, too."""
    return frozenset(_CLOSING.findall(text))


def shortcode_end(text: str, position: int, closed: Set[str], lone: re.Pattern[str] = ANYWHERE) -> int | None:
    """Return the end of the shortcode that begins at `position`, with what it encloses where that is not read.

    `closed`: the names that are closed in the document; `lone`: those that need neither arguments nor an end.
    """
    found = _SHORTCODE.match(text, position)
    if not found:
        return None
    name, has_arguments = found["name"], _ARGUMENTS.search(found["given"]) is not None
    if found["close"] is None:
        return len(text) if has_arguments and _CUT.fullmatch(text, found.end()) else None
    is_lone = not found["given"] and lone.fullmatch(name) is not None
    if not (found["end"] or has_arguments or name in closed or is_lone):
        return None
    if name in _NOT_READ and name in closed and not found["end"]:
        closing = f"[/{name}]"
        end = text.find(closing, found.end(), found.end() + _LONGEST_CONTENT)
        return end + len(closing) if end >= 0 else found.end()
    return found.end()


def without_shortcodes(text: str, closed: Set[str] | None = None, lone: re.Pattern[str] = ANYWHERE) -> str:
    """Return the text without its shortcodes. `closed`: the names that are closed in the document, if it has more."""
    if "[" not in text:
        return text
    names = closed_names(text) if closed is None else closed
    parts: list[str] = []
    start = position = 0
    while (position := text.find("[", position)) >= 0:
        end = shortcode_end(text, position, names, lone)
        if end is None:
            position += 1
            continue
        _append(parts, text[start:position])
        start = position = end
    _append(parts, text[start:])
    return "".join(parts)


def _append(parts: list[str], text: str) -> None:
    """Add a part of the text, with one space between words that a shortcode has parted."""
    if parts and not parts[-1][-1:].isspace() and not _NO_GAP.match(text):
        text = f" {text}"
    elif parts and parts[-1][-1:].isspace():
        text = text.lstrip(" \t")
    if text:
        parts.append(text)
