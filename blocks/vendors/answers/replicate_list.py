"""Replicate's list of recent predictions, newest first: finds a prediction whose create was not answered.

Read by hand, not through the package's client, whose model fails on a whole page for one aborted prediction. When the
list is looked at is decided in `blocks/delivery/earlier_orders.py`.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic import BaseModel, JsonValue

from imaging.spec import ImageSpec

IS_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")  # it becomes part of addresses, keys and messages
MAX_PAGES = 20  # of a hundred predictions each

_CLOCKS_DIFFER = timedelta(minutes=2)
# Their inputs are deleted after an hour, so older ones cannot be known again. A day, since clocks may be off.
_OF_NO_USE = timedelta(days=1)


class Listed(BaseModel):
    """One prediction as the list shows it; `input` is empty once it was deleted."""

    id: str
    model: str | None = None
    version: str | None = None
    input: dict[str, Any] | None = None
    created_at: datetime

    def is_for(self, spec: ImageSpec) -> bool:
        """Return whether it was created with the model and the input of `spec`, whatever its outcome."""
        name, _, version = spec.model.partition(":")
        same_model = self.version == version if version else self.model == name
        given = self.input or {}
        return same_model and all(given.get(field) == value for field, value in request(spec).items())


class _Answer(BaseModel):
    results: list[Listed]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list. `older` is the query of the next one. `ahead`: by how much the vendor's clock is."""

    listed: tuple[Listed, ...]
    older: bytes | None
    ahead: timedelta

    @classmethod
    def read(cls, response: httpx.Response) -> "Page":
        """Return the page in an answer. Raises ValueError or httpx.InvalidURL where there is none."""
        # Not pydantic's parser: it refuses a prompt of anybody's that was cut off in the middle of an emoji.
        answer = _Answer.model_validate(json.loads(response.content))
        # Of the next page's address the query alone: our token goes to no host that an answer names.
        older = httpx.URL(answer.next).query if answer.next else b""
        return cls(tuple(one for one in answer.results if IS_ID.fullmatch(one.id)), older or None, _ahead(response))

    def was_created_since(self, one: Listed, moment: datetime) -> bool:
        """Return whether `one` was created at or after `moment` of our clock, as far as clocks allow."""
        return _created_at(one) - moment >= self.ahead - _CLOCKS_DIFFER

    def is_of_no_use(self, one: Listed) -> bool:
        """Return whether `one`, and so all that follow it, are too old to be looked at."""
        return datetime.now(UTC) - _created_at(one) > _OF_NO_USE - self.ahead


def request(spec: ImageSpec) -> dict[str, JsonValue]:
    """Return the input of a prediction for `spec`."""
    return {"prompt": spec.prompt, **spec.params}


def _ahead(response: httpx.Response) -> timedelta:
    """Return how far the vendor's clock is ahead of ours, by the header `Date`; zero where there is none."""
    try:
        return parsedate_to_datetime(response.headers.get("date", "")) - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return timedelta()


def _created_at(one: Listed) -> datetime:
    return one.created_at if one.created_at.tzinfo else one.created_at.replace(tzinfo=UTC)
