"""The local server on SQLite: a request that found the database busy is asked again."""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import event, text
from sqlalchemy.pool import Pool

from flows.local_stack.busy_database import Receive, RetryWhenBusy, Send, _shorten_once, shorten_busy_timeout

Message = MutableMapping[str, Any]


class Server:
    """An ASGI application that answers 503 so many times, raising as Prefect does, and then echoes."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.asked: list[bytes] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        first, second = await receive(), await receive()
        self.asked.append(first["body"] + second["body"])
        assert scope.pop("path") == "/api/x"  # frameworks change the scope
        status = 503 if len(self.asked) <= self.busy else 201
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": self.asked[-1]})
        if status == 503:
            raise OSError("database is locked")


def ask(server: Server) -> list[Message]:
    parts = [b"one ", b"two"]
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Message) -> None:
        answers.append(message)

    asyncio.run(RetryWhenBusy(server)({"type": "http", "path": "/api/x"}, receive, send))
    return answers


def test_a_busy_database_is_asked_again_with_the_same_request() -> None:
    """The client sees the one answer that came in the end, to the whole of what it has sent."""
    server = Server(busy=2)
    start, body = ask(server)
    assert (start["status"], body["body"]) == (201, b"one two")
    assert server.asked == [b"one two"] * 3


def test_one_that_stays_busy_says_so() -> None:
    """After seven tries the client gets the 503, and the error is not hidden."""
    server = Server(busy=99)
    with pytest.raises(OSError, match="locked"):
        ask(server)
    assert len(server.asked) == 7


def test_a_connection_waits_for_seconds_and_not_for_a_minute(tmp_path: Path) -> None:
    """Prefect's own connections are opened with the shorter time, and with all else that Prefect sets.

    Once Prefect waits for less than a minute, the listener is no longer needed.
    """

    async def read(name: str, *settings: str) -> list[object]:
        engine = await AioSqliteConfiguration(connection_url=f"sqlite+aiosqlite:///{tmp_path}/{name}.db").engine()
        async with engine.connect() as connection:
            found = [(await connection.execute(text(f"PRAGMA {one}"))).scalar() for one in settings]
        await engine.dispose()
        return found

    assert asyncio.run(read("prefect's own", "busy_timeout")) == [60000]
    shorten_busy_timeout()
    try:
        assert asyncio.run(read("ours", "busy_timeout", "journal_mode")) == [5000, "wal"]
    finally:
        event.remove(Pool, "checkout", _shorten_once)
