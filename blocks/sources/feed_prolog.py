"""Protection from slow regular expressions in feedparser, which take quadratic or cubic time on hostile input.

The text before a feed's first element is limited, and authors, which articles do not have, are not parsed.
"""

import codecs
import re

from feedparser.mixin import _FeedParserMixin

from imaging.errors import InvalidInput

_MAX_PROLOG = 8_192  # bytes; WordPress' exports have about 2,000
_DECLARATION = re.compile(rb"<\?xml[^>]{0,500}>")


def _no_author(_self: object, _key: str = "author") -> None:
    """Replace feedparser's search for an e-mail address in an author's name."""


_FeedParserMixin._sync_author_detail = _no_author


def bounded(data: bytes) -> bytes:
    """Return the feed with a minimal prolog before its first element. Raises InvalidInput if that is too long."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoded = data.decode("utf-16", errors="replace").encode()
        data = codecs.BOM_UTF8 + _DECLARATION.sub(b"", decoded, count=1)
    mark, data = data[: 3 * data.startswith(codecs.BOM_UTF8)], data.removeprefix(codecs.BOM_UTF8).lstrip()
    declaration = found[0] if (found := _DECLARATION.match(data)) else b""
    rest = data[len(declaration) :]
    first = element.start() if (element := re.search(rb"<\w", rest)) else len(rest)
    if first > _MAX_PROLOG:
        raise InvalidInput(f"it has more than {_MAX_PROLOG:,} bytes before its first element")
    # The line break limits feedparser's search for the declaration's encoding.
    return mark + declaration + (b"\n" if b"encoding=" in rest.partition(b"\n")[0] else b"") + rest
