"""What the vendors have in common: which HTTP answers are worth a retry, and when."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from imaging.errors import ProviderBusy, ProviderError, ProviderRefused

_BUSY = {408, 409, 425, 429}  # and every 5xx


def vendor_error(vendor: str, secret_variable: str, response: httpx.Response) -> ProviderError:
    """Put a 4xx or 5xx answer (its body read) into our words. The body is quoted in part, secrets never are."""
    status = response.status_code
    detail = _detail(response)
    said = f"{vendor} answered {status}" + (f": {detail}" if detail else "")
    if status in _BUSY or status >= 500:
        return ProviderBusy(said, retry_after(response))
    if status in {401, 403}:
        return ProviderRefused(f"{said}. {secret_variable} was refused: set a valid one and run article-images setup")
    if status == 402:
        return ProviderRefused(f"{said}. The account's balance is used up: top it up, then run again")
    return ProviderRefused(said)


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds to wait, from the Retry-After header (seconds or a date) or the body's `retry_after`."""
    header = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        pass
    try:
        return max(0.0, float(json.loads(response.content)["retry_after"]))
    except (ValueError, TypeError, KeyError):
        return None


def _detail(response: httpx.Response) -> str:
    """The vendor's own words for the trouble, in one short line."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    detail = body.get("detail") or body.get("title") or body.get("error") or ""
    text = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)
    return " ".join(text.split())[:300]
