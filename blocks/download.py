"""Fetching a provider's picture: from allowed hosts only, within limits, with no credentials."""

import ipaddress
import logging
import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import httpcore
import httpx

from imaging.errors import ConfigurationError, PredictionEnded, ProviderBusy, UnsafeDownload

_MAX_REDIRECTS = 5
# Pictures are compressed already: what unpacks into more than was sent is a bomb.
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity"}
_ENTRY = re.compile(r"\*\.[\w.-]+|(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _WithoutQueries(logging.Filter):
    """Cuts the query off every address that the HTTP libraries log: of a presigned one it is the key."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"\?[^\s\"'<>]+", "?…", record.getMessage()), None
        return True


for _name in ("httpx", "httpcore.connection", "httpcore.http11"):  # these write it at INFO and DEBUG
    logging.getLogger(_name).addFilter(_WithoutQueries())

# The moment, on the monotonic clock, at which the fetch that runs here must have ended.
_deadline: ContextVar[float] = ContextVar("deadline")


@dataclass(frozen=True, slots=True)
class HostRules:
    """Which hosts may be asked: `host`, `*.host` or `host:port`.

    Only a host that is listed literally may be plain http or a private address; `*.host` and redirects to
    elsewhere may not, or a vendor's answer could make us read what only this machine can reach.
    """

    literal: frozenset[str]
    suffixes: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "HostRules":
        """Read the comma-separated list of `IMAGES_DOWNLOAD_HOSTS`. Raises ConfigurationError."""
        entries = [_on_the_wire(entry.strip().lower()) for entry in text.split(",") if entry.strip()]
        return cls(
            literal=frozenset(entry for entry in entries if not entry.startswith("*.")),
            suffixes=tuple(entry[1:] for entry in entries if entry.startswith("*.")),
        )

    def is_literal(self, host: str, port: int | None) -> bool:
        """Tell whether the host (in ASCII), or the host with this port, stands in the list letter by letter."""
        name = f"[{host}]" if ":" in host else host
        return not {name, f"{name}:{port}"}.isdisjoint(self.literal)

    def check(self, url: httpx.URL) -> None:
        """Raise UnsafeDownload for an address that pictures may not be fetched from."""
        if url.userinfo:
            raise UnsafeDownload(f"the address at {url.host} carries credentials")
        host, port = url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}.get(url.scheme)
        if self.is_literal(host, port):
            if url.scheme in {"http", "https"}:
                return
        elif url.scheme == "https" and url.port is None and host.endswith(self.suffixes):
            return
        raise UnsafeDownload(
            f"{url.scheme}://{url.netloc.decode()} is not allowed by IMAGES_DOWNLOAD_HOSTS"
            " (https only, save for hosts listed literally)"
        )


def _on_the_wire(entry: str) -> str:
    """Return an entry of the list as addresses spell it: `bücher.example` is `xn--bcher-kva.example`."""
    host = entry.removeprefix("*.")
    try:
        if _ENTRY.fullmatch(entry):
            return entry.removesuffix(host) + httpx.URL(f"//{host}").netloc.decode("ascii")
    except httpx.InvalidURL:
        pass
    raise ConfigurationError(f"IMAGES_DOWNLOAD_HOSTS: {entry!r} must be a host, *.host or host:port, without a scheme")


def _is_public(text: str) -> bool:
    """Tell whether an address belongs to the internet at large, and not to this machine or its networks."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # What leads to an IPv4 address is as private as that.
        translated = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        inner = address.ipv4_mapped or address.sixtofour or translated
        if inner is None:
            return address.is_global and not (address.is_multicast or address.is_site_local)
        address = inner
    return address.is_global and not address.is_multicast


class _Timed(httpcore.NetworkStream):
    """A connection on which nothing outlasts the fetch, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _seconds_left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, _seconds_left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def _seconds_left(timeout: float | None) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the fetch has had its time")
    return left if timeout is None else min(left, timeout)


class _Guard(httpcore.SyncBackend):
    """Opens connections to the very address that was checked, so that a second DNS answer changes nothing."""

    def __init__(self, rules: HostRules) -> None:
        super().__init__()
        self._rules = rules

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from None
        addresses = [str(entry[4][0]) for entry in found]
        private = [address for address in addresses if not _is_public(address)]
        if private and not self._rules.is_literal(host, port):
            raise UnsafeDownload(f"{host} resolves to the private address {private[0]}")
        for address in addresses[:-1]:  # an IPv6 address that this machine cannot reach often comes first
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port, timeout, local_address, socket_options)
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        seconds = _seconds_left(timeout)
        return _Timed(super().connect_tcp(address, port, seconds, local_address, socket_options))


class _GuardedTransport(httpx.BaseTransport):
    """httpx over httpcore with our own connection opener, which `httpx.HTTPTransport` does not take."""

    def __init__(self, rules: HostRules) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), max_connections=64, network_backend=_Guard(rules)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(cast(Iterable[bytes], answer.stream), answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, parts: Iterable[bytes], answer: httpcore.Response) -> None:
        self._parts, self._answer = parts, answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    def close(self) -> None:
        self._answer.close()


@contextmanager
def guarded_client(rules: HostRules, seconds: float) -> Iterator[httpx.Client]:
    """Yield a client that connects only where `rules` let it, and whose answers must have ended in `seconds`.

    It follows no redirect: each address is the caller's to check.
    """
    _deadline.set(time.monotonic() + seconds)
    with httpx.Client(transport=_GuardedTransport(rules), trust_env=False, timeout=30) as client:
        yield client


class Downloader:
    """Fetches bytes over http(s) within limits. Thread-safe; one for a process is enough."""

    def __init__(self, rules: HostRules, max_bytes: int, timeout: float) -> None:
        self._rules = rules
        self._max_bytes = max_bytes
        self._seconds = timeout
        # trust_env off: neither a .netrc entry nor a proxy may put itself between the check and the fetch.
        self._client = httpx.Client(transport=_GuardedTransport(rules), trust_env=False, timeout=30)

    def fetch(self, address: str) -> bytes:
        """Return the body behind `address`, following at most 5 redirects, each checked like the first.

        Raises UnsafeDownload for an address or a size that is not allowed, PredictionEnded for a picture that is
        no longer there, ProviderBusy for passing trouble.
        """
        deadline = time.monotonic() + self._seconds
        _deadline.set(deadline)
        try:
            url = httpx.URL(address)
            for _ in range(_MAX_REDIRECTS + 1):
                self._rules.check(url)
                with self._client.stream("GET", url, headers=_HEADERS) as answer:
                    if answer.is_redirect and "location" in answer.headers:
                        url = url.join(answer.headers["location"])
                        continue
                    return self._body(answer, url)
        except (httpx.InvalidURL, OverflowError, ValueError):  # a port or a zone that httpx alone lets pass
            raise UnsafeDownload("the provider's answer is not an address") from None
        except (
            httpx.HTTPError,
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
        ) as error:
            if time.monotonic() >= deadline:
                raise ProviderBusy(f"the download from {url.host} took longer than {self._seconds:g} s") from None
            raise ProviderBusy(f"the download from {url.host} broke off: {type(error).__name__}") from None
        raise UnsafeDownload(f"more than {_MAX_REDIRECTS} redirects on the way to the picture")

    def _body(self, answer: httpx.Response, url: httpx.URL) -> bytes:
        if answer.status_code in {403, 404, 410}:
            raise PredictionEnded(f"the picture at {url.host} is gone ({answer.status_code})")
        if answer.status_code != 200:
            raise ProviderBusy(f"the download from {url.host} was answered with {answer.status_code}")
        if int(answer.headers.get("content-length", "0") or 0) > self._max_bytes:
            raise UnsafeDownload(f"the file at {url.host} has more than {self._max_bytes:,} bytes")
        body = bytearray()
        for part in answer.iter_raw():
            body += part
            if len(body) > self._max_bytes:
                raise UnsafeDownload(f"the file at {url.host} has more than {self._max_bytes:,} bytes")
        return bytes(body)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
