"""Rewriting addresses in texts: each in all spellings that it may have there, and nothing else."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from imaging.migration.addresses import is_data

# What may follow an address that has not ended yet.
_END = r"(?![\w%/?#&=~-]|[.,:;@!+*$'][\w/%])"
_AMPERSAND = r"(?:&(?:amp|#0*38|#x0*26);|\\u0026|&)"
_QUOTE = r"""(?:&(?:quot|apos|#0*3[49]|#x0*2[27]);|\\?["'])"""
_ESCAPABLE = re.compile(r"[^\w\s]|_")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def rewritten(text: str, new: Mapping[str, str], others: frozenset[str] = frozenset()) -> str:
    """Return the text with each address that is a key of `new` replaced by its value, however it is spelled.

    `others`: addresses in the text that stay, of which one in `new` may be the beginning.
    """
    if not new:
        return text
    for address in [one for one in new if is_data(one)]:  # too long for a pattern, and spelled in one way
        text = text.replace(address, new[address]).replace(address.replace("/", "\\/"), new[address])
    linked = sorted((one for one in {*new, *others} if not is_data(one)), key=len, reverse=True)
    if not linked:
        return text
    pattern = "|".join(f"({spelled(one)})" for one in linked)
    return re.sub(
        f"(?:{pattern}){_END}",
        lambda found: new.get(linked[(found.lastindex or 1) - 1], found[0]),
        text,
    )


def spelled(address: str) -> str:
    """Return a pattern for the spellings of an address: entities, escapes of Markdown and JSON, encoded blanks."""
    return "".join(map(_spelled, address))


def spellings_in(text: str, address: str) -> Iterator[str]:
    """Yield how an address is spelled in a text, each spelling once."""
    if is_data(address):
        yield from (one for one in (address, address.replace("/", "\\/")) if one in text)
        return
    yield from dict.fromkeys(found[0] for found in re.finditer(spelled(address) + _END, text))


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
