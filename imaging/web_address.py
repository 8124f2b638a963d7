"""Web addresses as people type and paste them: scheme and host may be in capitals."""

import re

_SCHEME_AND_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


def is_web_address(text: str) -> bool:
    """Return whether the text is an http(s) address, as far as its beginning says."""
    return _SCHEME_AND_HOST.match(text) is not None


def with_small_host(address: str) -> str:
    """Return the address with scheme and host in small letters, as capitals make no other address there."""
    return (
        _SCHEME_AND_HOST.sub(lambda found: found[0].lower(), address, count=1) if is_web_address(address) else address
    )
