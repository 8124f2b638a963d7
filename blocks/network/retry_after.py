"""The header Retry-After: how long a server asks to be left alone."""

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

# A server that asks for more is asked again all the same: a wrong header must not hold up all machines for good.
LONGEST_SECONDS = 3600.0


def retry_after_in(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the header asks for, as a number or a date, at most an hour; None where it has none."""
    header = headers.get("retry-after", "")
    with suppress(ValueError):
        return as_seconds(header)
    with suppress(ValueError, TypeError):
        return as_seconds((parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    return None


def as_seconds(value: Any) -> float:
    """Return a number of seconds, at most an hour. Raises ValueError or TypeError for what is none."""
    seconds = float(value)
    if not math.isfinite(seconds):
        raise ValueError("not a number of seconds")
    return min(max(0.0, seconds), LONGEST_SECONDS)
