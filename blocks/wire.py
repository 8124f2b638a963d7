"""Connections on which nothing outlasts its time, however slowly the other side drips."""

import math
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

# The moment, on the monotonic clock, at which what runs here must have ended.
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


def must_end_in(seconds: float) -> None:
    """From now on, reading, writing and connecting in this context raise a timeout once `seconds` are over."""
    _deadline.set(time.monotonic() + seconds)


def is_over() -> bool:
    """Tell whether the time is over."""
    return _deadline.get() <= time.monotonic()


def seconds_left(timeout: float | None = None) -> float | None:
    """Return how long the next step may take: what is left, but not more than `timeout`. None: as long as it likes.

    Raises httpx.ReadTimeout where nothing is left.
    """
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout("it has had its time")
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
    """Opens connections that keep to the time."""

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


class TimedTransport(httpx.HTTPTransport):
    """httpx's transport over connections by a backend of ours, which its own constructor does not take."""

    def __init__(self, backend: TimedBackend, *, keep_alive: bool = True) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=64,
            max_keepalive_connections=None if keep_alive else 0,
            keepalive_expiry=5,
            network_backend=backend,
        )
