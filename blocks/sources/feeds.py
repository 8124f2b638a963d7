"""Fetching feeds: page by page, each with a conditional GET, within limits.

A feed's address is configuration, so it may have any public host. Its host may be private if it is given as an IP
address, or if IMAGES_DOWNLOAD_HOSTS lists it: otherwise DNS could point a name to services of the local network (SSRF).
Redirects and next pages must be https on public addresses, or have the host and port of the feed itself.
"""

from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass

import httpcore
import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.network.addresses import HostRules, entry_of, host_and_port, is_address
from blocks.network.bodies import TooLong, Unreadable, whole_body
from blocks.network.download import HEADERS, MAX_REDIRECTS, guarded_client
from blocks.network.transient_errors import is_passing_status
from blocks.network.unreached import unreached
from blocks.records.records import Records
from imaging.errors import SourceBusy, SourceError, UnsafeDownload
from imaging.names import record_paths
from imaging.sanitizing.printable import printable
from imaging.sanitizing.quoting import without_query

_FEED_HEADERS = HEADERS | {"Accept": "application/feed+json, application/rss+xml, application/atom+xml, */*;q=0.5"}


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page as it was fetched now or, if `unchanged`, at an earlier time."""

    body: bytes
    content_type: str
    unchanged: bool = False


class _CachedPage(BaseModel):
    """A page that was fetched, with the validators for the next conditional GET."""

    model_config = ConfigDict(frozen=True)

    url: str
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    body: str  # base64

    def conditions(self) -> dict[str, str]:
        """Return the headers of a conditional GET."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True, slots=True)
class FeedReader:
    """Reads the feed at `address`; pages are cached in `records` (None: nowhere) under `place`, until they change.

    `private`: hosts that the operator allows to be private addresses. A page may have `max_bytes`, and take `seconds`
    including redirects.
    """

    address: str
    records: Records | None
    place: str
    private: frozenset[str] = frozenset()
    max_bytes: int = 32 * 1024 * 1024
    seconds: float = 60.0

    def page(self, number: int, url: str) -> FeedPage:
        """Return page `number`, at `url`. Raises SourceError; SourceBusy for transient errors."""
        cached = self._cached(number, url)
        address = _address(url)
        try:
            status, headers, body = self._fetch(address, cached.conditions() if cached else {})
        except (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise SourceBusy(f"{_shown(address)} cannot be fetched: {unreached(error)}") from None
        if cached and status == httpx.codes.NOT_MODIFIED:
            return FeedPage(b64decode(cached.body), cached.content_type, unchanged=True)
        _check_status(status, address)
        page = FeedPage(body, headers.get("content-type", ""))
        self._cache(number, url, headers, page)
        return page

    def _fetch(self, address: httpx.URL, conditions: dict[str, str]) -> tuple[int, httpx.Headers, bytes]:
        rules, url = self._rules(), address
        with guarded_client(rules, self.seconds) as client:
            for _ in range(MAX_REDIRECTS + 1):
                try:
                    rules.check(url)
                    with client.stream("GET", url, headers=_FEED_HEADERS | conditions) as answer:
                        if not (answer.is_redirect and "location" in answer.headers):
                            return answer.status_code, answer.headers, self._body(answer)
                        url = _address(answer.headers["location"], url)
                except UnsafeDownload as unsafe:
                    raise _refused(address, url, unsafe) from None
        raise SourceError(f"{_shown(address)} has more than {MAX_REDIRECTS} redirects")

    def _body(self, answer: httpx.Response) -> bytes:
        try:
            return whole_body(answer, self.max_bytes)
        except TooLong as error:
            raise SourceError(f"the page at {answer.url.host} has {error}") from None
        except Unreadable as error:
            raise SourceError(f"the page at {answer.url.host} is {error}") from None

    def _rules(self) -> HostRules:
        """Return the rules: the feed's own host may use http, and be private if it is an IP address or listed."""
        host, port = host_and_port(httpx.URL(self.address))
        own = frozenset({entry_of(host, port)})
        private = self.private | (own if is_address(host) else frozenset())
        return HostRules(plain=own, private=private, suffixes=("",))

    def _cached(self, number: int, url: str) -> _CachedPage | None:
        if self.records is None:
            return None
        try:
            cached = _CachedPage.model_validate_json(self.records.read(record_paths.feed_page_path(self.place, number)))
        except (ValueError, ValidationError):
            return None
        return cached if cached.url == url else None

    def _cache(self, number: int, url: str, headers: httpx.Headers, page: FeedPage) -> None:
        etag, last_modified = headers.get("etag", ""), headers.get("last-modified", "")
        if self.records and (etag or last_modified):
            cached = _CachedPage(
                url=url,
                etag=etag,
                last_modified=last_modified,
                content_type=page.content_type,
                body=b64encode(page.body).decode(),
            )
            with suppress(OSError):  # then the whole page is fetched the next time
                self.records.write(record_paths.feed_page_path(self.place, number), cached.model_dump_json().encode())


def next_page(url: str, link: str) -> str:
    """Return the address of the next page from the `link` in the page at `url`. Raises SourceError."""
    return str(_address(link, _address(url)))


def _refused(address: httpx.URL, url: httpx.URL, unsafe: UnsafeDownload) -> SourceError:
    if host_and_port(url) == host_and_port(address):
        return SourceError(f"{_shown(address)}: {unsafe}; if it is yours, list its host in IMAGES_DOWNLOAD_HOSTS")
    return SourceError(
        f"{_shown(address)} leads to {url.scheme}://{url.netloc.decode()}, which is not followed: only https to public"
        " addresses is, and the host and port that you gave"
    )


def _check_status(status: int, address: httpx.URL) -> None:
    if status == httpx.codes.OK:
        return
    message = f"{_shown(address)} was answered with {status}"
    if is_passing_status(status):
        raise SourceBusy(message)
    raise SourceError(message)


def _address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = base.join(text) if base else httpx.URL(text)
        url.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError, OverflowError):
        raise SourceError(f"{_named(text, base)} is not an address") from None
    if not url.raw_host:
        raise SourceError(f"{_named(text, base)} is not an address: it has no host")
    return url


def _named(text: str, base: httpx.URL | None) -> str:
    """Return an address that is none for messages, without a query; the page that has it is not shown to be safe."""
    return f"a link on {base.host}" if base else printable(without_query(text))[:200]


def _shown(address: httpx.URL) -> str:
    """Return the address for messages: without credentials and query, which may grant access."""
    return f"{address.scheme}://{address.netloc.decode()}{address.path}"
