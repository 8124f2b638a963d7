"""Rewriting addresses in texts: each in all spellings that it may have there, and nothing else."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from imaging.migration.addresses import is_data

# An address has not ended where one of these follows.
_GOES_ON = re.compile(r"[\w%/?#&=~(-]|[.,:;@!+*$'][\w/%]|\\+[_*()\[\]~/-]")
_AMPERSAND = r"(?:&(?:amp|#0*38|#x0*26);|\\u0026|&)"
_QUOTE = r"""(?:&(?:quot|apos|#0*3[49]|#x0*2[27]);|\\?["'])"""
_ESCAPABLE = re.compile(r"[^\w\s]|_")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def rewritten(text: str, new: Mapping[str, str]) -> str:
    """Return the text with each address that is a key of `new` replaced by its value, however it is spelled."""
    for address in sorted(new, key=len, reverse=True):  # one may be the beginning of another
        for spelling in spellings_in(text, address):
            text = "".join(_replaced(text, spelling, new[address]))
    return text


def spellings_in(text: str, address: str) -> list[str]:
    """Return how an address is spelled in a text, each spelling once: escaped as Markdown, HTML and JSON do."""
    usual = {one: one in text for one in _usual(address)}
    found = [spelling for spelling, is_there in usual.items() if is_there]
    if is_data(address) or not _may_be_odd(text, address):  # a pattern of its own takes a while to make
        return found
    return list(dict.fromkeys([*found, *(match[0] for match in re.finditer("".join(map(_spelled, address)), text))]))


def _usual(address: str) -> Iterator[str]:
    for spelling in (address, address.replace("&", "&amp;"), address.replace("&", "&#038;")):
        yield spelling
        yield spelling.replace("/", "\\/")


def _may_be_odd(text: str, address: str) -> bool:
    """Return whether an address may stand in a text in another than the usual spellings."""
    return "\\" in text or "&#" in text or any(sign in address for sign in " \"'")


def _replaced(text: str, spelling: str, new: str) -> Iterator[str]:
    """Yield the parts of a text in which a spelling is replaced, but where the address goes on behind it."""
    start = 0
    while (at := text.find(spelling, start)) >= 0:
        end = at + len(spelling)
        yield text[start:at]
        yield spelling if _GOES_ON.match(text, end) else new
        start = end
    yield text[start:]


def _spelled(sign: str) -> str:
    if sign == "&":
        return _AMPERSAND
    if sign in "\"'":
        return _QUOTE
    if sign.isspace():
        return r"(?:\\?\s|%20|\+)"
    return (r"\\{0,3}" if _ESCAPABLE.fullmatch(sign) else "") + re.escape(sign)


def rewritten_json(text: str, rewrite: Callable[[str], str]) -> str:
    """Return JSON with each of its strings rewritten; what does not change is left as it is spelled."""

    def string(found: re.Match[str]) -> str:
        try:
            value = json.loads(found[0], strict=False)
        except ValueError:
            return found[0]
        changed = rewrite(value)
        return found[0] if changed == value else json.dumps(changed, ensure_ascii=False)

    return _STRING.sub(string, text)
