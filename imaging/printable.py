"""Words of others, as they may stand in a log, on a terminal, in a message: one line that steers nothing."""

import re

_BREAKS = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")
# Controls (ESC, BEL and C1, which start terminal sequences), what turns the reading direction of the text around it,
# invisible tags, and halves of characters, which no terminal can write.
_STEERING = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return `text` in one line: line ends and tabs as blanks, what would steer a terminal as Python writes it."""
    return _STEERING.sub(lambda sign: ascii(sign[0])[1:-1], _BREAKS.sub(" ", text))


def printable_name(name: str) -> str:
    """Return a name of at most 60 characters in which every invisible sign can be seen."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name[:60])
