"""What others said, as we may repeat it: no secret of ours, and no query that opens a door."""

import re

# Of a presigned address the query is the key; an error that quotes the address must not hand it on.
_ADDRESS = re.compile(r"(https?://[^\s?#\"'<>\\]*)[?#][^\s\"'<>\\]*", re.IGNORECASE)


def quoted(text: str, *secrets: str) -> str:
    """Return `text` in one line, with `***` for every secret and without the queries of addresses."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return " ".join(_ADDRESS.sub(r"\1?…", text).split())


def without_query(url: str) -> str:
    """Return the address for people: where it leads, without what lets one in."""
    return _ADDRESS.sub(r"\1?…", url)
