"""An HTTP proxy before the real S3 server, with the stand-ins' vocabulary of faults and S3's own words for them.

Headers go through as they came, Host included, so that the signature still fits.
"""

import http.client
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.standins import Answer, Call, Fault
from tests.standins.delivery import Line, deliver, head
from tests.standins.server import Standin, _Handler

_HOP = {"connection", "content-length", "transfer-encoding", "content-type", "keep-alive"}
_CODES = {
    400: ("BadRequest", "Bad request"),
    403: ("AccessDenied", "not entitled"),
    404: ("NoSuchKey", "The specified key does not exist."),
    429: ("TooManyRequests", "slow down"),
    500: ("InternalError", "an internal error occurred"),
    503: ("SlowDown", "no tomes available"),
}
CAP: dict[str, Any] = {"code": "AccessDenied", "detail": "Cannot upload files, storage cap exceeded."}
SKEW: dict[str, Any] = {
    "code": "RequestTimeTooSkewed",
    "detail": "The request time and ours are too far apart.",
}


class S3Proxy(Standin):
    """Passes requests on to rclone; `fault` breaks them, `wrong_etag` and `delay` spoil the answers."""

    places = frozenset({"request"})

    def __init__(self, upstream: str) -> None:
        """`upstream` is the S3 server's `host:port`."""
        super().__init__()
        self._upstream = upstream
        self.wrong_etag: Callable[[Call], object] | None = None
        """PUTs that change what they store: another hash is acknowledged, and other bytes are read back."""
        self._changed: set[str] = set()
        self.delay = 0.0
        """Seconds that every answer takes."""

    def fail(
        self, kind: str | int, times: int | None = None, match: Callable[[Call], object] | None = None, **options: Any
    ) -> Fault:
        """As `fault`, at the only place there is."""
        return self.fault("request", kind, times, match, **options)

    def mend(self) -> None:
        """From now on all is well."""
        self.faults.clear()
        self.wrong_etag = None
        self._changed.clear()
        self.delay = 0.0

    def __enter__(self) -> Self:
        super().__enter__()
        if self._running is not None:
            self._running[0].RequestHandlerClass = _Proxying
        return self

    def route(self, call: Call) -> Call:
        return call.about("request")

    def answer(self, call: Call) -> Answer:
        self.pause(self.delay)
        answer = self._passed_on(call)
        if call.method == "PUT" and self.wrong_etag and self.wrong_etag(call):
            self._changed.add(call.path)
            headers = dict(answer.headers) | {"Etag": f'"{"0" * 32}"'}
            return Answer(answer.status, answer.body, answer.content_type, headers)
        if call.method == "GET" and call.path in self._changed:
            return Answer(answer.status, answer.body[::-1], answer.content_type, answer.headers)
        return answer

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        code, message = _CODES.get(status, ("InternalError", "an error"))
        code, message = options.get("code", code), options.get("detail", message)
        text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
        return Answer(status, text.encode(), "application/xml")

    def _passed_on(self, call: Call) -> Answer:
        connection = http.client.HTTPConnection(self._upstream, timeout=60)
        try:
            target = call.headers["x-target"]
            connection.putrequest(call.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in call.headers.items():
                if name not in {"x-target", "expect", "connection"}:
                    connection.putheader(name, value)
            connection.endheaders(call.body or None)
            response = connection.getresponse()
            body = response.read()
            kept = {name.title(): value for name, value in response.getheaders() if name.lower() not in _HOP}
            if call.method == "HEAD":
                kept["X-Length"] = response.headers.get("Content-Length", "0")
            return Answer(response.status, body, response.headers.get("Content-Type", "application/xml"), kept)
        except http.client.IncompleteRead:  # rclone was overwriting it; a real bucket shows one object or the other
            return self._passed_on(call)
        finally:
            connection.close()


class _Proxying(_Handler):
    """Keeps the body as bytes and the target as it was signed."""

    def _pass(self) -> None:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()} | {"x-target": self.path}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call(self.command, url.path, dict(parse_qsl(url.query, keep_blank_values=True)), headers, body)
        line = Line(self.connection, self.server.closing)
        answer, fault, call = self.server.standin.handle(call)
        if call.method == "HEAD" and fault is None:  # its length is that of a body which is not sent
            kept = dict(answer.headers)
            length = int(kept.pop("X-Length", "0"))
            line.send(head(Answer(answer.status, b"", answer.content_type, kept), length=length))
        else:
            deliver(line, call, answer, fault)
        self.close_connection = self.close_connection or not line.open

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 (names of http.server)


def is_put(call: Call) -> bool:
    """Whether the call writes an object."""
    return call.method == "PUT"


def is_picture(call: Call) -> bool:
    """Whether the call writes a picture, and not a record or a manifest."""
    return is_put(call) and call.path.endswith((".png", ".jpg", ".webp"))


def is_get(call: Call) -> bool:
    """Whether the call reads: an object or a list."""
    return call.method == "GET"


def is_list(call: Call) -> bool:
    """Whether the call lists a prefix, or the versions below it."""
    return is_get(call) and ("list-type" in call.query or "versions" in call.query)


def is_delete(call: Call) -> bool:
    """Whether the call deletes an object."""
    return call.method == "DELETE"


def for_seconds(seconds: float, of: Callable[[Call], object] = lambda _: True) -> Callable[[Call], bool]:
    """Match calls for so long, counted from the first one."""
    began: list[float] = []

    def match(call: Call) -> bool:
        if not of(call):
            return False
        if not began:
            began.append(time.monotonic())
        return time.monotonic() - began[0] < seconds

    return match


def from_the(number: int, of: Callable[[Call], object] = lambda _: True) -> Callable[[Call], bool]:
    """Match the n-th fitting call and all that follow it."""
    seen, lock = [0], threading.Lock()

    def match(call: Call) -> bool:
        if not of(call):
            return False
        with lock:
            seen[0] += 1
            return seen[0] >= number

    return match
