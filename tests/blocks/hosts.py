"""Two small hosts on 127.0.0.1, on the stand-ins' own server: one with files, one that answers like a bucket."""

from collections.abc import Mapping
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
        return Answer(status)


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
