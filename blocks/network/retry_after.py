"""The header Retry-After: how long a server asks to be left alone."""

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any


def retry_after_in(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the header asks for, as a number or a date; None without one that can be read."""
    header = headers.get("retry-after", "")
    with suppress(ValueError):
        return as_seconds(header)
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    return None


def as_seconds(value: Any) -> float:
    """Return a number of seconds. Raises ValueError or TypeError for what is none."""
    seconds = float(value)
    if not math.isfinite(seconds):
        raise ValueError("not a number of seconds")
    return max(0.0, seconds)
