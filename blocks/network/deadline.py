"""HTTP connections with a total deadline, which also ends answers that trickle in slowly."""

import math
import os
import ssl
import threading
import time
import weakref
from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache
from typing import Any, Self

import httpcore
import httpx

from blocks.network.proxies import proxy_for

# The deadline of the current context, on the monotonic clock.
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


def set_deadline(seconds: float) -> None:
    """Set the deadline: connecting, reading and writing in this context raise a timeout after `seconds` from now."""
    _deadline.set(time.monotonic() + seconds)


def deadline_passed() -> bool:
    """Return whether the deadline has passed."""
    return _deadline.get() <= time.monotonic()


def seconds_left(timeout: float | None = None) -> float | None:
    """Return the seconds until the deadline, at most `timeout`; None without either.

    Raises httpx.ReadTimeout after the deadline.
    """
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout("the deadline has passed")
    if left == math.inf:
        return timeout
    return left if timeout is None else min(left, timeout)


class _Timed(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, seconds_left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, seconds_left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


class TimedBackend(httpcore.SyncBackend):
    """Opens connections that keep to the deadline."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to `host`, a name or an address."""
        return _Timed(super().connect_tcp(host, port, seconds_left(timeout), local_address, socket_options))

    def check_proxied(self, host: str, port: int) -> None:
        """Raise for a host that may not be reached through a proxy either; a hook for subclasses."""


class TimedTransport(httpx.HTTPTransport):
    """httpx's transport with a custom network backend, which its own constructor does not support.

    Uses the environment's proxy for an address, if there is one (`blocks/network/proxies.py`).
    """

    def __init__(self, backend: TimedBackend, *, keep_alive: bool = True) -> None:
        self._pool = _Pools(backend, keep_alive)  # type: ignore[assignment] # has all methods that httpx calls


@cache
def _trust(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Return the context of all clients of these authorities, as httpx finds them: reading them takes 20 ms."""
    return httpx.create_ssl_context()


class _Pools:
    """Connection pools: one for direct connections, and one for each proxy. Thread-safe."""

    def __init__(self, backend: TimedBackend, keep_alive: bool) -> None:
        self._backend = backend
        self._common: dict[str, Any] = {
            "ssl_context": _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
            "max_connections": 64,
            "max_keepalive_connections": None if keep_alive else 0,
            "keepalive_expiry": 5,
        }
        self._direct = httpcore.ConnectionPool(**self._common, network_backend=backend)
        weakref.finalize(self, self._direct.close)  # clients are kept for as long as the process, or until another one
        self._proxied: dict[str, httpcore.HTTPProxy] = {}
        self._making = threading.Lock()

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        scheme, host = request.url.scheme.decode("ascii"), request.url.host.decode("ascii")
        port = request.url.port or {"http": 80}.get(scheme, 443)
        proxy = proxy_for(httpx.URL(scheme=scheme, host=host, port=port))
        if proxy is None:
            return self._direct.handle_request(request)
        self._backend.check_proxied(host, port)
        return self._through(proxy).handle_request(request)

    def _through(self, proxy: httpx.Proxy) -> httpcore.HTTPProxy:
        with self._making:
            key = f"{proxy.url} {proxy.auth}"
            if key not in self._proxied:
                self._proxied[key] = httpcore.HTTPProxy(
                    str(proxy.url), proxy_auth=proxy.raw_auth, **self._common, network_backend=TimedBackend()
                )
                weakref.finalize(self, self._proxied[key].close)
            return self._proxied[key]

    def close(self) -> None:
        for pool in (self._direct, *self._proxied.values()):
            pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
