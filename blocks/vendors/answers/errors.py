"""HTTP answers of vendors as errors: which are retried, and when."""

import hashlib
import json
import math
import re
from typing import Any

import httpx

from blocks.network.bodies import IDENTITY, TooLong, Unreadable, whole_body
from blocks.network.deadline import TimedBackend, TimedTransport, set_deadline
from blocks.network.retry_after import as_seconds, retry_after_in
from blocks.network.transient_errors import is_cold_start
from blocks.vendors.refusals import is_moderation
from imaging.errors import (
    ModelStarting,
    Moderated,
    OutOfCredit,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    Throttled,
)
from imaging.pictures.picture import MAX_BYTES
from imaging.sanitizing.quoting import quoted

MAX_WITH_PICTURE = 4 * MAX_BYTES // 3 + 1024 * 1024  # bytes of an answer that may hold a picture in Base64
_BUSY = {408, 409, 425}  # and every 5xx
_NO_CREDIT = re.compile(r"insufficient (credit|balance|funds)|exhausted balance|\bTOP_UP\b", re.IGNORECASE)
_OF_SECRETS = re.compile(r"(?:_API)?_(?:KEY|TOKEN)$")  # how their variables end; the address's is named likewise
_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding"}

# Errors before a request was sent, so no order was placed. httpx: "Exceptions".
UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_ADDRESS = (httpx.InvalidURL, httpx.UnsupportedProtocol)


class NotThere(ProviderRefused):
    """404 or 410: what was asked for does not exist, or no longer."""


class TooLarge(httpx.RemoteProtocolError):
    """The answer has more bytes than any honest one."""


class WholeAnswers(TimedTransport):
    """Reads every answer to its end, so that one that drips or never ends is an error like a broken connection.

    It may take `seconds` to begin and as many again to end. Raises TooLarge beyond `max_bytes`.
    """

    def __init__(self, seconds: float, max_bytes: int, connect: float = 5.0, *, keep_alive: bool = True) -> None:
        super().__init__(TimedBackend(), keep_alive=keep_alive)
        self._seconds, self._max_bytes = seconds, max_bytes
        self._timeout = httpx.Timeout(seconds, connect=min(connect, seconds)).as_dict()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer with its body in memory."""
        request.extensions["timeout"] = self._timeout
        request.extensions["trace"] = self._begin
        request.headers["Accept-Encoding"] = IDENTITY
        set_deadline(math.inf)  # no time is lost by waiting for a connection
        answer = super().handle_request(request)
        try:
            set_deadline(self._seconds)
            body = self._read(answer)
        finally:
            answer.close()
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in _OF_THE_WIRE]
        return httpx.Response(answer.status_code, headers=headers, content=body, request=request)

    def _begin(self, event: str, _info: object) -> None:
        if event == "http11.send_request_headers.started":
            set_deadline(self._seconds)

    def _read(self, answer: httpx.Response) -> bytes:
        try:
            return whole_body(answer, self._max_bytes)
        except TooLong as error:
            raise TooLarge(str(error)) from None
        except Unreadable as error:
            raise httpx.DecodingError(str(error)) from None


def account_name(base_url: str | None, secret: str) -> str:
    """Return 8 hex digits that distinguish accounts at a vendor without revealing their secrets."""
    return hashlib.sha256(f"{base_url} {secret}".encode()).hexdigest()[:8]


def vendor_error(vendor: str, secret_variable: str, response: httpx.Response) -> ProviderError:
    """Put a 3xx, 4xx or 5xx answer (its body read) into our words. The body is quoted in part, our secret never is."""
    status = response.status_code
    detail = words_in(response)
    message = f"{vendor} answered {status}" + (f": {detail}" if detail else "")
    if response.is_redirect:
        message += f" (a redirect, which is not followed: check {_OF_SECRETS.sub('_BASE_URL', secret_variable)})"
    moderated = status not in {401, 402, 429} and is_moderation(detail)
    if status in _BUSY or (status >= 500 and not moderated):  # a server may take what its filter raises for a fault
        kind = ModelStarting if is_cold_start(response.text[:2000]) else ProviderBusy
        return kind(message, retry_after(response))
    if is_out_of_credit(response):
        return OutOfCredit(f"{message.rstrip('.')}. The account's balance is used up: top it up, then run again")
    if status == 429:
        return Throttled(message, retry_after(response))
    if moderated:
        return Moderated(message)
    if status in {401, 403}:
        return ProviderRefused(
            f"{message.rstrip('.')}. {secret_variable} was refused: set a valid one and run article-images setup"
        )
    # Without the vendor's own words it may be a proxy's on the way: no reason to order anything again.
    return (NotThere if status in {404, 410} and detail else ProviderRefused)(message).answered(status)


def is_out_of_credit(response: httpx.Response) -> bool:
    """Return whether an error answer says that the account has no credit, which may come with 403 or 429 too."""
    return response.status_code == 402 or _NO_CREDIT.search(words_in(response)) is not None


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds to wait, from the Retry-After header (seconds or a date) or the body's `retry_after`."""
    if (seconds := retry_after_in(response.headers)) is not None:
        return seconds
    try:
        return as_seconds(json.loads(response.content)["retry_after"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def words_in(response: httpx.Response) -> str:
    """Return the vendor's own words for the trouble, in one short line; empty where there are none."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    detail = body.get("detail") or body.get("title") or body.get("error") or body.get("message") or ""
    text = detail if isinstance(detail, str) else _listed(detail) or json.dumps(detail, ensure_ascii=False)
    secret = response.request.headers.get("authorization", "").rpartition(" ")[2]
    return quoted(text, secret)[:300]


def _listed(detail: Any) -> str:
    """Return what is wrong by field, as FastAPI lists it, without the input that it quotes: our own prompt, say."""
    if not isinstance(detail, list) or not all(isinstance(one, dict) and "msg" in one for one in detail):
        return ""
    return "; ".join(f"{one['msg']} ({one.get('type', 'error')})" for one in detail)
