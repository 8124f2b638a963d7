"""A site with feeds: it answers a conditional GET with 304 as long as a page is what it was."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from .messages import Answer, Call
from .server import Standin

JSON_FEED = "https://jsonfeed.org/version/1.1"


class FeedSite(Standin):
    """Serves `pages` by path. `validator` is the header by which a page is known again; None: by none.

    With `packing` it says of every page that it is packed so.
    """

    places = frozenset({"page"})

    def __init__(self, validator: str | None = "ETag", packing: str | None = None) -> None:
        super().__init__()
        self.validator = validator
        self.packing = packing
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.answered: list[int] = []
        """The status of every answer that was no fault, in order."""

    def put(self, path: str, body: bytes, content_type: str) -> str:
        """Put a page under `path`, and return its address."""
        self.pages[path] = body, content_type
        return self.base_url + path

    def put_json(self, path: str, items: list[Any], next_url: str | None = None, **fields: Any) -> str:
        """Put a page of a JSON Feed under `path`, and return its address."""
        feed = {"version": JSON_FEED, "title": "Articles", "items": items, **fields}
        body = json.dumps(feed | ({"next_url": next_url} if next_url else {})).encode()
        return self.put(path, body, "application/feed+json")

    def route(self, call: Call) -> Call:
        return call.about("page")

    def answer(self, call: Call) -> Answer:
        answer = self._answer(call)
        self.answered.append(answer.status)
        return answer

    def _answer(self, call: Call) -> Answer:
        if call.path not in self.pages:
            return Answer(404)
        body, content_type = self.pages[call.path]
        if self.packing:
            return Answer(200, body, content_type, {"Content-Encoding": self.packing})
        if self.validator is None:
            return Answer(200, body, content_type)
        # Not a date, but what a server said in Last-Modified is to be given back as it was.
        known = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        asked = {"ETag": "if-none-match", "Last-Modified": "if-modified-since"}[self.validator]
        if call.headers.get(asked) == known:
            return Answer(304, headers={self.validator: known})
        return Answer(200, body, content_type, {self.validator: known})

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        return Answer(status, b"no", "text/plain")
