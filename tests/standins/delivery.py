"""How an answer reaches the client, or does not: everything here happens on the socket itself."""

import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from .faults import Fault
from .messages import Answer, Call

_ENDLESS_PIECE = bytes(64 * 1024)
_POLL = 0.05
"""Seconds between looks at whether the client has gone or the stand-in is closing."""


class Line:
    """The server's end of one connection; `open` turns false when nothing more may follow on it."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self.open = True
        self._connection = connection
        self._closing = closing

    def send(self, data: bytes) -> None:
        """Write all of it; raises OSError when the client has gone."""
        self._connection.sendall(data)

    def reset(self) -> None:
        """Have the kernel answer with RST: with a linger of zero, close drops what is under way."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.open = False

    def wait(self, seconds: float | None) -> None:
        """Be silent for so long (None: for ever), but not longer than the client listens."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._closing.is_set() and (end is None or time.monotonic() < end):
            readable, _, _ = select.select([self._connection], [], [], _POLL)
            if readable and not self._connection.recv(1, socket.MSG_PEEK):
                return


def head(answer: Answer, *, length: int | None, close: bool = False) -> bytes:
    """The status line and headers; without a length the body ends where the connection does."""
    headers = {"Content-Type": answer.content_type, **answer.headers}
    if length is not None:
        headers["Content-Length"] = str(length)
    if close or length is None:
        headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def deliver(line: Line, call: Call, answer: Answer, fault: Fault | None) -> None:
    """Send the answer the way the fault wants it."""
    if fault is not None and fault.kind in _WAYS:
        _WAYS[fault.kind](line, answer, fault.options)
        return
    body = b"" if call.method == "HEAD" else answer.body
    line.send(head(answer, length=len(answer.body)) + body)


def _reset(line: Line, answer: Answer, options: Mapping[str, Any]) -> None:
    line.reset()


def _silence(line: Line, answer: Answer, options: Mapping[str, Any]) -> None:
    line.wait(options.get("seconds"))
    line.open = False


def _truncated(line: Line, answer: Answer, options: Mapping[str, Any]) -> None:
    body = answer.body[: len(answer.body) // 2]
    line.send(head(answer, length=len(answer.body), close=True) + body)
    line.open = False


def _endless(line: Line, answer: Answer, options: Mapping[str, Any]) -> None:
    line.open = False
    line.send(head(answer, length=None) + answer.body)
    while True:  # until the client has had enough, or the stand-in closes the connection: both raise OSError
        line.send(_ENDLESS_PIECE)


def _slow(line: Line, answer: Answer, options: Mapping[str, Any]) -> None:
    size, pause = int(options.get("bytes", 1024)), float(options.get("seconds", 0.05))
    line.send(head(answer, length=len(answer.body)))
    for start in range(0, len(answer.body), size):
        line.send(answer.body[start : start + size])
        line.wait(pause)


_WAYS: dict[str, Callable[[Line, Answer, Mapping[str, Any]], None]] = {
    "reset_before": _reset,
    "reset_after": _reset,
    "stall": _silence,
    "lost_answer": _silence,
    "truncated": _truncated,
    "endless": _endless,
    "slow": _slow,
}
