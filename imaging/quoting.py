"""What others said, as we may repeat it: no secret of ours, and no query that opens a door."""

import re

# Of a presigned address the query is the key; an error that quotes the address must not hand it on. Each run of signs
# is taken once and whole: an address in an address, ten thousand times, is no reason to look at the rest again.
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]*+", re.IGNORECASE)
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def quoted(text: str, *secrets: str) -> str:
    """Return `text` in one line, with `***` for every secret and without the queries of addresses."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return " ".join(without_query(text).split())


def without_query(url: str) -> str:
    """Return the address for people: where it leads, without what lets one in."""
    return _ADDRESS.sub(lambda address: _QUERY.sub("?…", address[0], count=1), url)
