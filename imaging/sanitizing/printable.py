"""Sanitising of untrusted text for logs, terminals and messages: one line without control characters."""

import re

_BREAKS = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")
# Control characters (ESC, BEL and C1, which start terminal sequences), bidirectional overrides, invisible tags, and
# lone surrogates, which cannot be encoded.
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return `text` on one line: line ends and tabs as spaces, control characters as Python escapes."""
    return _CONTROLS.sub(lambda sign: ascii(sign[0])[1:-1], _BREAKS.sub(" ", text))


def printable_name(name: str) -> str:
    """Return the first 60 characters of a name, with invisible characters escaped."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name[:60])
