"""Redaction of quoted text: without secrets and without the queries of presigned addresses."""

import re

# The query of a presigned address grants access, so an error that quotes the address must not include it. Possessive
# matching keeps thousands of nested addresses linear.
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]*+", re.IGNORECASE)
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def quoted(text: str, *secrets: str) -> str:
    """Return `text` on one line, with `***` for every secret and without the queries of addresses."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return " ".join(without_query(text).split())


def without_query(url: str) -> str:
    """Return the address or text with every query and fragment replaced by `?…`."""
    return _ADDRESS.sub(lambda address: _QUERY.sub("?…", address[0], count=1), url)
