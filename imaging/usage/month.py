"""A calendar month in UTC, as reports and quotas count it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from imaging.errors import InvalidInput

LAST = "last"
MONTH = rf"^(\d{{4}}-(0[1-9]|1[0-2])|{LAST})$"
"""The pattern of a month: `2026-11`, or `last` for the one before the current one."""


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month from its first moment (UTC) up to that of the next one, which is not part of it."""

    begins: datetime

    @property
    def name(self) -> str:
        """The month as `2026-11`."""
        return f"{self.begins:%Y-%m}"

    @property
    def ends(self) -> datetime:
        """The first moment of the next month."""
        return (self.begins + timedelta(days=32)).replace(day=1)


def month_of(moment: datetime) -> CalendarMonth:
    """Return the month that a moment is in, by UTC."""
    return CalendarMonth(moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def chosen_month(chosen: str | None, now: datetime) -> CalendarMonth:
    """Return the month that is asked for, by default the current one. Raises InvalidInput for one that is to come."""
    current = month_of(now)
    if chosen is None:
        return current
    if not re.fullmatch(MONTH, chosen) or chosen.startswith("0000"):
        raise InvalidInput(f"month: {chosen[:20]!r} is none; give YYYY-MM such as {current.name}, or {LAST}")
    if chosen == LAST:
        return month_of(current.begins - timedelta(days=1))
    month = CalendarMonth(datetime(int(chosen[:4]), int(chosen[5:]), 1, tzinfo=UTC))
    if month.begins > current.begins:
        raise InvalidInput(f"month: {month.name} is to come; the current one is {current.name} (UTC)")
    return month
