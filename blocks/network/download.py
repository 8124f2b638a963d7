"""Downloading a provider's picture: from allowed hosts only, within limits, without credentials."""

import logging
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress

import httpcore
import httpx

from blocks.network.addresses import HostRules, is_public
from blocks.network.bodies import IDENTITY, TooLong, Unreadable, unpacked, whole_body
from blocks.network.deadline import TimedBackend, TimedTransport, deadline_passed, seconds_left, set_deadline
from blocks.network.retry_after import retry_after_in
from imaging.errors import PictureGone, ProviderBusy, UnsafeDownload

__all__ = ["Downloader", "HostRules"]

MAX_REDIRECTS = 5
_SHOWN = 60  # characters of an address that is none
_STEP = 30  # seconds without any data
_BEGINNING = 1024  # bytes, enough to tell a picture
_WEB_PAGE = re.compile(rb"\s*+<(?:!doctype html|html)", re.IGNORECASE)
# Pictures are compressed already. A bucket that keeps files as gzip sends them so all the same.
HEADERS = {"Accept": "image/*", "Accept-Encoding": IDENTITY, "User-Agent": "article-images"}


def is_web_page(data: bytes | bytearray) -> bool:
    """Return whether an answer is a web page."""
    return _WEB_PAGE.match(data) is not None


class _WithoutQueries(logging.Filter):
    """Removes queries from addresses in the HTTP libraries' logs, as those of presigned ones grant access."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"\?[^\s\"'<>]+", "?…", record.getMessage()), None
        return True


for _name in ("httpx", "httpcore.connection", "httpcore.http11"):  # these log addresses at INFO and DEBUG
    logging.getLogger(_name).addFilter(_WithoutQueries())


class _Guard(TimedBackend):
    """Connects to the IP address that was checked, so that a second DNS answer cannot change it (DNS rebinding)."""

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
        addresses = _resolved(host, port)
        self._check(host, port, addresses)
        for address in addresses[:-1]:  # an IPv6 address comes first even on machines without IPv6
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
        return super().connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    def check_proxied(self, host: str, port: int) -> None:
        """Check a host that a proxy resolves and connects to, if it can be resolved here.

        In a closed network only the proxy resolves public names. It may also get another address: blocking its own
        network is the proxy's task.
        """
        if not self._rules.may_be_private(host, port):
            with suppress(httpx.ConnectError):
                self._check(host, port, _resolved(host, port))

    def _check(self, host: str, port: int, addresses: list[str]) -> None:
        private = [address for address in addresses if not is_public(address)]
        if private and not self._rules.may_be_private(host, port):
            raise UnsafeDownload(f"{host} resolves to the private address {private[0]}")


def _resolved(host: str, port: int) -> list[str]:
    """Return the addresses of `host`; in a thread, since the system's resolver has no timeout."""
    answer: Future[list[str]] = Future()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([str(entry[4][0]) for entry in found])
        except Exception as error:  # noqa: BLE001 - raised again by `result`
            answer.set_exception(error)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        return answer.result(seconds_left())
    except TimeoutError:
        raise httpx.ConnectTimeout(f"{host} was not resolved in time") from None
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{host} cannot be resolved: {error}") from None


def _shortened(address: str) -> str:
    """Return what may be shown of an address: neither its query nor credentials, and no picture in Base64."""
    text = re.split(r"[?#]", address.rpartition("@")[2], maxsplit=1)[0]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


@contextmanager
def guarded_client(rules: HostRules, seconds: float) -> Iterator[httpx.Client]:
    """Yield a client that connects only as `rules` allow, and whose answers must end within `seconds`.

    It does not follow redirects: the caller must check each address.
    """
    set_deadline(seconds)
    with httpx.Client(
        transport=TimedTransport(_Guard(rules), keep_alive=False), trust_env=False, timeout=_STEP
    ) as client:
        yield client


class Downloader:
    """Downloads bytes over http(s) within limits. Thread-safe; one per process is enough."""

    def __init__(self, rules: HostRules, max_bytes: int, timeout: float) -> None:
        self._rules = rules
        self._max_bytes = max_bytes
        self._seconds = timeout
        # A bare transport, since a client would keep cookies, and read .netrc and proxies from the environment.
        # Without keep-alive: if a host sends more than its Content-Length, the rest would be taken for the answer to
        # the next request, which is for another picture.
        self._transport = TimedTransport(_Guard(rules), keep_alive=False)

    def fetch(self, address: str) -> bytes:
        """Return the body at `address`, following at most 5 redirects, each checked like the first address.

        Raises UnsafeDownload for an address or a size that is not allowed, PictureGone for a picture that no longer
        exists, ProviderBusy for transient errors.
        """
        return self._got(address, self._body)

    def beginning(self, address: str) -> bytes:
        """Return the first bytes of the body at `address`, without the rest of it. Raises as `fetch`."""
        return self._got(address, self._beginning)

    def _got(self, address: str, read: Callable[[httpx.Response, httpx.URL], bytes]) -> bytes:
        set_deadline(self._seconds)
        try:
            url = httpx.URL(address)
            if not url.host:
                raise UnsafeDownload(f"the picture's address is not complete: {_shortened(address)!r}")
            for _ in range(MAX_REDIRECTS + 1):
                self._rules.check(url)
                with closing(self._ask(url)) as answer:
                    if answer.is_redirect and "location" in answer.headers:
                        url = url.join(answer.headers["location"])
                        continue
                    return read(answer, url)
        except Unreadable as error:
            raise ProviderBusy(f"the download from {url.host} is {error}").answered(answer.status_code) from None
        except (httpx.InvalidURL, OverflowError, ValueError):  # an invalid port or zone that httpx accepts
            raise UnsafeDownload("the provider's answer is not an address") from None
        except httpx.HTTPError as error:
            if deadline_passed():
                raise ProviderBusy(f"the download from {url.host} took longer than {self._seconds:g} s") from None
            raise ProviderBusy(f"the download from {url.host} broke off: {type(error).__name__}") from None
        raise UnsafeDownload(f"more than {MAX_REDIRECTS} redirects on the way to the picture")

    def _ask(self, url: httpx.URL) -> httpx.Response:
        timeout = httpx.Timeout(_STEP, pool=seconds_left()).as_dict()
        return self._transport.handle_request(
            httpx.Request("GET", url, headers=HEADERS, extensions={"timeout": timeout})
        )

    def _body(self, answer: httpx.Response, url: httpx.URL) -> bytes:
        self._check(answer, url)
        try:
            body = whole_body(answer, self._max_bytes)
        except TooLong as error:
            raise UnsafeDownload(f"the file at {url.host} has {error} (IMAGES_MAX_BYTES)") from None
        if not body or is_web_page(body):  # from a CDN that is not ready yet, or a proxy
            what = "a web page" if body else "no bytes"
            raise ProviderBusy(
                f"the download from {url.host} was answered with {what}: not a PNG, JPEG or WebP picture"
            ).answered(answer.status_code)
        return body

    def _beginning(self, answer: httpx.Response, url: httpx.URL) -> bytes:
        self._check(answer, url)
        return next(unpacked(answer, self._max_bytes, _BEGINNING), b"")[:_BEGINNING]

    def _check(self, answer: httpx.Response, url: httpx.URL) -> None:
        status = answer.status_code
        if status in {403, 404, 410}:
            raise PictureGone(f"the picture at {url.host} is gone ({status})").answered(status)
        if status != 200:
            said = f"the download from {url.host} was answered with {status}"
            raise ProviderBusy(said, retry_after_in(answer.headers)).answered(status)
        if int(answer.headers.get("content-length", "0") or 0) > self._max_bytes:
            raise UnsafeDownload(f"the file at {url.host} has more than {self._max_bytes:,} bytes (IMAGES_MAX_BYTES)")

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
