"""Months by UTC: which one is asked for, where it begins and ends, and which are refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from imaging.errors import InvalidInput
from imaging.usage.month import chosen_month, month_of

NOW = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))  # February by UTC


def test_the_current_month_is_that_of_utc() -> None:
    """A clock that is behind UTC does not keep the month from beginning; the one before may be of last year."""
    assert chosen_month(None, NOW).name == "2026-02"
    assert chosen_month("last", NOW).name == "2026-01"
    assert chosen_month("last", datetime(2026, 1, 1, tzinfo=UTC)).name == "2025-12"


def test_a_month_ends_where_the_next_begins() -> None:
    """February of a leap year, and December, end with the first moment of the month after."""
    assert month_of(datetime(2028, 2, 29, 23, 59, tzinfo=UTC)).ends == datetime(2028, 3, 1, tzinfo=UTC)
    assert month_of(datetime(2026, 12, 31, tzinfo=UTC)).ends == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "chosen", ["2026-03", "2027-01", "2026-13", "2026-00", "2026-1", "0000-01", "now", "", "2026-01\n"]
)
def test_a_month_that_is_none_or_to_come_is_refused(chosen: str) -> None:
    """The message names the option; what has begun is accepted."""
    with pytest.raises(InvalidInput, match="month: "):
        chosen_month(chosen, NOW)
    assert chosen_month("2026-02", NOW) == chosen_month(None, NOW)
