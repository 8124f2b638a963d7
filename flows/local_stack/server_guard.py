"""Protection of a Prefect server from requests by other web sites (CSRF and DNS rebinding).

The API answers without a password, and it stores the keys of bucket and vendors. Any page in a user's browser can send
requests to it: directly to 127.0.0.1 (then the browser names the page in `Origin`), or, by DNS rebinding, through a
host name of its own (then `Host` has that name). Prefect's CORS setting only keeps such a page from reading plain
answers; it stops neither requests that change something nor WebSockets.

For a server with more host names than the loopback ones, as in deployments/compose.yaml:

    export IMAGES_SERVER_HOSTS=server,images.example
    uvicorn --factory flows.local_stack.server_guard:guarded_app --host 0.0.0.0
"""

import os
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from prefect.server.api.server import create_app

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ServerGuard:
    """An ASGI application that forwards requests to one of its `hosts`, by a page of that host or by no page at all.

    It answers all others with 403, including the opening of a WebSocket.
    """

    def __init__(self, app: App, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in (*LOOPBACK, *hosts))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in {"http", "websocket"} else None
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": refusal.encode()})
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before accepting, so that the client gets a 403

    def _refusal(self, scope: Message) -> str | None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or _hostname(hosts[0]) not in self._hosts:
            return "this Prefect server does not serve that host name; IMAGES_SERVER_HOSTS lists further ones"
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        if any(_netloc(origin) != hosts[0].lower() for origin in origins):
            return "this Prefect server does not answer pages of other sites"
        return None


def guarded_app() -> App:
    """Return Prefect's server behind the guard; the variable IMAGES_SERVER_HOSTS lists its host names, with commas."""
    hosts = os.environ.get("IMAGES_SERVER_HOSTS", "").split(",")
    return ServerGuard(create_app(final=True), [host.strip() for host in hosts if host.strip()])


def _hostname(netloc: str) -> str | None:
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin.lower()).netloc
    except ValueError:
        return ""
