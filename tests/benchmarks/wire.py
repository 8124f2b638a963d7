"""Requests counted at the wire: a gate of plain TCP before a server, which looks at what clients begin a piece with."""

import re
import threading
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from tests.reliability.harness.gate import Gate

_REQUEST = re.compile(rb"(GET|HEAD|POST|PUT|PATCH|DELETE) (\S+) HTTP/1\.1\r\n")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_NAME = re.compile(r"/(name|key)/[^/]+")


class Wire(Gate):
    """A gate that counts the requests which pass it, by what `named` calls them."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self.heard = self._count

    def taken(self) -> Counter[str]:
        """Return what was counted since the last call."""
        with self._counting:
            counts, self.counts = self.counts, Counter()
        return counts

    def _count(self, piece: bytes) -> None:
        # No client here pipelines: a request begins where a piece does.
        if found := _REQUEST.match(piece):
            with self._counting:
                self.counts[self.named(found[1].decode(), found[2].decode())] += 1

    def named(self, method: str, target: str) -> str:
        """Return what a request is counted as."""
        path = _NAME.sub(r"/\1/…", _ID.sub("…", urlsplit(target).path))
        return f"{method} {path}"


class S3Wire(Wire):
    """Counts S3 requests: GET, HEAD, LIST, PUT, DELETE."""

    def named(self, method: str, target: str) -> str:
        """Tell a LIST from a GET."""
        return "LIST" if method == "GET" and "list-type" in parse_qs(urlsplit(target).query) else method
