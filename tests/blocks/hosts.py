"""Small hosts on 127.0.0.1: one with files, one that answers like a bucket, one that says whatever it is told."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from tests.standins import Answer, Call
from tests.standins.server import Standin


class FileHost(Standin):
    """Serves `pages` by path, and remembers who asked for what."""

    places = frozenset({"download"})

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, Answer] = {}

    def page(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Put a file under `path` and return its address; header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Answer(status, body, "image/png", named)
        return self.base_url + path

    def route(self, call: Call) -> Call:
        return call.about("download")

    def answer(self, call: Call) -> Answer:
        return self.pages.get(call.path, Answer(404))

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        return Answer(status, b"", "text/plain", options.get("headers", {}))


class Bucket(Standin):
    """Gives the answers in `script`, one a request, the last for ever."""

    places = frozenset({"s3"})

    def __init__(self) -> None:
        super().__init__()
        self.script: list[Answer] = []

    def route(self, call: Call) -> Call:
        return call.about("s3")

    def answer(self, call: Call) -> Answer:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        return s3_error(status, "Refused", "")


def s3_error(status: int, code: str, message: str) -> Answer:
    """An error in the words of S3."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(status, body.encode(), "application/xml")


@contextmanager
def talker(*answers: bytes, pause: float = 0, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the `127.0.0.1:PORT` of a host that gives the answers byte for byte, and the requests it was sent.

    With a pause (seconds) after each byte. No server of a library would say such things.
    """
    over, asked, left = threading.Event(), list[bytes](), list(answers)

    def say(line: socket.socket, answer: bytes) -> None:
        for sign in answer if pause else b"":
            line.sendall(bytes([sign]))
            if over.wait(pause):
                return
        line.sendall(b"" if pause else answer)

    def talk(listener: socket.socket) -> None:
        while not over.is_set():
            with suppress(OSError), _accepted(listener, tls) as line:
                while left and (request := line.recv(65_536)):
                    asked.append(request)
                    say(line, left.pop(0))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=talk, args=(listener,))
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}", asked
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)  # this wakes the thread; a mere close would not
            thread.join()


def _accepted(listener: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    connection, _ = listener.accept()
    try:
        return tls.wrap_socket(connection, server_side=True) if tls else connection
    except OSError:  # who asked does not like our certificate
        connection.close()
        raise
