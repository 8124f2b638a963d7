"""A local server on SQLite that asks again instead of answering 503, and does not stand still.

SQLite has one writer at a time. A request that has read before it writes, and finds that another one has written
meanwhile, fails at once (SQLITE_BUSY_SNAPSHOT), rolled back; Prefect answers 503. Its Python client waits and repeats
the request. The UI does not: a person who submits the run form reads "Unknown error while creating flow run". With
one run under way on two busy cores that was every third request.
"""

import asyncio
import gc
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds before each new try


_WAIT_MS = 5000
_COLLECT_SECONDS = 10.0


def wait_briefly() -> None:
    """Let connections that are opened from now on wait 5 s for the one writer, and not 60 as Prefect has it.

    When Python's garbage collector finds a cursor of a connection that is waiting, it waits with it, and holds the
    interpreter meanwhile: the writer, a thread of the same process, cannot end, and the server stands still until the
    time is over (seen with py-spy: `gc_collect_main`, `sqlite3_reset`, `pthread_mutex_lock`).
    """
    from prefect.server.database.configurations import AioSqliteConfiguration

    set_up = AioSqliteConfiguration.setup_sqlite

    def set_up_briefly(self: AioSqliteConfiguration, conn: Any, record: Any) -> None:
        set_up(self, conn, record)
        cursor = conn.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        cursor.close()

    AioSqliteConfiguration.setup_sqlite = set_up_briefly  # type: ignore[method-assign] # no setting says it


def collect_rarely() -> None:
    """Collect garbage every ten seconds, and not at any moment: it is seldom one in which a connection waits.

    What has come with the start, Prefect's modules and routes, is looked at once and then left alone: to go through
    it each time takes most of a second, in which nothing is answered.
    """
    gc.disable()

    def collect() -> None:
        time.sleep(_COLLECT_SECONDS)
        gc.collect()
        gc.freeze()
        while True:
            time.sleep(_COLLECT_SECONDS)
            gc.collect()

    threading.Thread(target=collect, name="garbage", daemon=True).start()


class AskedAgain:
    """An ASGI application that repeats a request to `app` which was answered with 503."""

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
                if not attempt.busy:  # Prefect raises the error that it has answered
                    raise
            if not attempt.busy:
                return
            await asyncio.sleep(pause)
        await self._app(scope, _replay(body, receive), send)


class _Attempt:
    """Passes an answer on, unless it says that the database is busy."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.busy = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 503:
            self.busy = True
        if not self.busy:
            await self._send(message)


async def _body(receive: Receive) -> list[Message]:
    """Read the whole request: those to the API are small."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _replay(body: list[Message], receive: Receive) -> Receive:
    messages = iter(body)

    async def next_message() -> Message:
        return next(messages, None) or await receive()  # after the request: the end of the connection

    return next_message
