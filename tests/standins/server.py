"""A small threaded HTTP server that stays in control of its sockets, and the base of every stand-in.

The standard library's server rather than uvicorn: a fault needs the naked socket (RST, half a body, silence).
"""

import json
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from .delivery import Line, deliver
from .faults import STATUSES, Fault, Faults
from .messages import Answer, Call
from .spoilt import spoil


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that closing it ends every thread, even one in the middle of a stall."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 256

    def __init__(self, standin: "Standin") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.standin = standin
        self.closing = threading.Event()
        self.crashes: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close without the usual FIN when a reset is wanted: the FIN would arrive first and look polite."""
        with self._lock:
            self._connections.discard(request)
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)[:4] == b"\0\0\0\0":
            super().shutdown_request(request)
        else:
            self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no bug, some faults want it; anything else is raised at exit."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.crashes.append(error)

    def stop(self) -> None:
        """Stop accepting, cut every connection, and wait for the threads."""
        self.closing.set()
        self.shutdown()
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # the client was faster
                    continue
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        url, body = urlsplit(self.path), self.rfile.read(length)
        call = Call(
            method=self.command,
            path=url.path,
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=_parsed(body),
            data=body,
        )
        line = Line(self.connection, self.server.closing)
        answer, fault, call = self.server.standin.handle(call)
        deliver(line, call, answer, fault)
        self.close_connection = self.close_connection or not line.open

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 (names of http.server)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (name of http.server)
        """Stay quiet: `Standin.requests` is the log."""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


class Standin(ABC):
    """A vendor on a free port of 127.0.0.1, for as long as the `with` block lasts."""

    places: frozenset[str]
    """The values of `where` that `fault` takes."""

    def __init__(self) -> None:
        self.requests: list[Call] = []
        """Every request that was read, in order, refused ones too."""
        self.latency = 0.0
        """Seconds that each answer is on its way, for the distance to a vendor."""
        self.faults = Faults(self.places)
        self._running: tuple[_Server, threading.Thread] | None = None

    def fault(
        self,
        where: str,
        kind: str | int,
        times: int | None = 1,
        match: Callable[[Call], object] | None = None,
        **options: Any,
    ) -> Fault:
        """Let the next `times` fitting calls go wrong (None: for ever). The kinds stand in `faults.py`."""
        return self.faults.add(where, kind, times, match, options)

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`."""
        if self._running is None:
            raise RuntimeError(f"{type(self).__name__} has no address before its with block")
        return f"127.0.0.1:{self._running[0].server_port}"

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, without a path."""
        return f"http://{self.host}"

    def pause(self, seconds: float) -> None:
        """Take one's time over an answer, but not beyond the end of the `with` block."""
        if self._running is not None and seconds:
            self._running[0].closing.wait(seconds)

    def __enter__(self) -> Self:
        server = _Server(self)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=type(self).__name__)
        thread.start()
        self._running = (server, thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running is None:
            return
        server, thread = self._running
        server.stop()
        thread.join()
        if error is None and server.crashes:
            raise server.crashes[0]

    def handle(self, call: Call) -> tuple[Answer, Fault | None, Call]:
        """The answer to a call, the fault that spoils it, and the call with its operation known."""
        call = self.route(call)
        self.requests.append(call)
        fault = self.faults.take(call)
        answer = Answer(200) if fault and not fault.processed else self.answer(call)
        self.pause(self.latency)
        if fault is None:
            return answer, None, call
        if fault.kind in STATUSES:
            return self.refusal(int(fault.kind), fault.options), fault, call
        return spoil(call, answer, fault), fault, call

    @abstractmethod
    def route(self, call: Call) -> Call:
        """The call with its operation, model and input filled in."""

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """What the vendor does and says when nothing goes wrong."""

    @abstractmethod
    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        """The vendor's own words for an error status."""


def retry_headers(status: int, options: Mapping[str, Any]) -> dict[str, str]:
    """`Retry-After` as seconds: for 429 by default one, for other statuses when asked for."""
    seconds = options.get("retry_after", 1 if status == 429 else None)
    return {} if seconds is None else {"retry_after": str(seconds)}
