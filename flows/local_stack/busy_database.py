"""Work-arounds for a local Prefect server on SQLite: retries instead of 503 answers, and fewer stalls.

SQLite has one writer at a time. A request that reads before it writes fails at once and is rolled back
(SQLITE_BUSY_SNAPSHOT) if another one has written meanwhile; Prefect answers 503. Its Python client retries the request.
The UI does not, and shows "Unknown error while creating flow run" to the user of the run form. With one run on two busy
cores that happened to every third request.
"""

import asyncio
import gc
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Seconds before each retry. A schedule that is changed reads and deletes its runs first, and was overtaken for 1.6 s.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_WAIT_MS = 5000
_SHORTENED = "article-images: busy timeout"
_COLLECT_SECONDS = 10.0
_LOOK_SECONDS = 0.5


def shorten_busy_timeout() -> None:
    """Reduce the busy timeout of SQLite connections to 5 s, from Prefect's 60 s.

    If Python's garbage collector finds a cursor of a connection that is waiting, it blocks too, holding the
    interpreter's lock: the writer, a thread of the same process, cannot finish, and the server stalls until the timeout
    (seen with py-spy: `gc_collect_main`, `sqlite3_reset`, `pthread_mutex_lock`).
    """
    event.listen(Pool, "checkout", _shorten_once)


def _shorten_once(
    connection: DBAPIConnection, record: ConnectionPoolEntry, _checked_out: PoolProxiedConnection
) -> None:
    """Set the timeout at a connection's first checkout: listeners of all pools hear `connect` before Prefect's does."""
    if _SHORTENED not in record.info and isinstance(connection, AsyncAdapt_aiosqlite_connection):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        cursor.close()
        record.info[_SHORTENED] = True


def collect_garbage_rarely(started: Callable[[], bool]) -> None:
    """Collect garbage every ten seconds alone, so that it rarely coincides with a waiting connection.

    Nothing is collected until `started` returns True. The objects of the start (Prefect's modules and routes) are
    frozen then, and those of the first requests ten seconds later, since traversing them takes most of a second each
    time, in which the server does not answer.
    """
    gc.disable()

    def collect() -> None:
        while not started():
            time.sleep(_LOOK_SECONDS)
        for _ in range(2):
            gc.collect()
            gc.freeze()
            time.sleep(_COLLECT_SECONDS)
        while True:
            gc.collect()
            time.sleep(_COLLECT_SECONDS)

    threading.Thread(target=collect, name="garbage", daemon=True).start()


class RetryWhenBusy:
    """An ASGI application that retries requests to `app` that were answered with 503."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        for pause in _PAUSES:
            attempt = _Attempt(send)
            try:
                await self._app(dict(scope), _replay(body, receive), attempt.send)
            except Exception:
                if not attempt.busy:  # Prefect raises the error after answering it
                    raise
            if not attempt.busy:
                return
            await asyncio.sleep(pause)
        await self._app(scope, _replay(body, receive), send)


class _Attempt:
    """Forwards an answer, unless it is a 503 of a busy database."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.busy = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 503:
            self.busy = True
        if not self.busy:
            await self._send(message)


async def _body(receive: Receive) -> list[Message]:
    """Read the whole request body; those to the API are small."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _replay(body: list[Message], receive: Receive) -> Receive:
    messages = iter(body)

    async def next_message() -> Message:
        return next(messages, None) or await receive()  # after the body: the disconnect message

    return next_message
