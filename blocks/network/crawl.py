"""Fetching a public URL as a crawler does: without credentials, redirects or patience."""

import httpx

from blocks.network.deadline import TimedBackend, TimedTransport, set_deadline
from blocks.network.download import HEADERS
from imaging.pages.share_rules import Seen

_SECONDS = 10.0  # for the whole request
_ENOUGH = 64  # bytes, enough to detect the type


def crawl(url: str) -> Seen:
    """Return the URL's status and headers, and the beginning of its body."""
    set_deadline(_SECONDS)
    transport = TimedTransport(TimedBackend(), keep_alive=False)
    try:
        with (
            httpx.Client(transport=transport, trust_env=False, timeout=_SECONDS) as client,
            client.stream("GET", url, headers=HEADERS) as answer,
        ):
            length = answer.headers.get("content-length", "")
            return Seen(
                status=answer.status_code,
                content_type=answer.headers.get("content-type", "").partition(";")[0].strip().lower(),
                length=int(length) if length.isdecimal() else None,
                begins=_beginning(answer),
            )
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return Seen(trouble=f"cannot be reached from here: {type(error).__name__}")


def _beginning(answer: httpx.Response) -> bytes:
    body = b""
    for part in answer.iter_raw():
        body += part
        if len(body) >= _ENOUGH:
            break
    return body[:_ENOUGH]
