"""Whether an article of another system is public: drafts, dates to come, articles that have expired."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from imaging.articles.files.foreign_names import DATES, EXPIRY

DRAFT, FUTURE, EXPIRED, TEMPLATE = "draft", "dated in the future", "expired", "template"

_UNPUBLISHED = {"draft", "drafts", "auto-draft", "pending", "private", "trash", "scheduled", "future", "unpublished"}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?.*")
_SPELLED = (
    "%b %d %Y", "%b %d, %Y", "%B %d %Y", "%B %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y",
)  # fmt: skip
_TEMPLATE = re.compile(r"\{\{.*\}\}|<%.*%>")


def unpublished(fields: Mapping[str, Any], title: str, date_in_name: str | None) -> str | None:
    """Return why an article is not public at this moment, None if it is.

    `fields`: its front matter by names in lower case. `date_in_name`: that in the name of its file.
    """
    words = {name: str(value).strip().lower() for name, value in fields.items() if isinstance(value, str | bool)}
    if words.get("draft") in {"true", "yes"} or words.get("published") in {"false", "no"}:
        return DRAFT
    if not _UNPUBLISHED.isdisjoint((words.get("status"), words.get("post_status"))):
        return DRAFT
    if _TEMPLATE.search(title):
        return TEMPLATE
    now = datetime.now(UTC)
    if (begins := _first_date([*(fields.get(name) for name in DATES), date_in_name])) and begins > now:
        return FUTURE
    if (ends := _first_date(fields.get(name) for name in EXPIRY)) and ends <= now:
        return EXPIRED
    return None


def _first_date(values: Iterable[Any]) -> datetime | None:
    return next((found for value in values if (found := _date(value))), None)


def _date(value: Any) -> datetime | None:
    """Return a date as TOML, YAML and people write it; without a time zone it is UTC. None for anything else."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if not isinstance(value, str) or len(value) > 60:
        return None
    if found := _ISO.fullmatch(value.strip()):
        year, month, day, clock, zone = found.groups()
        text = f"{year}-{month:0>2}-{day:0>2}T{clock or '00:00':0>5}{zone or 'Z'}"
        return _read(lambda: datetime.fromisoformat(text))
    text = " ".join(value.split())
    return next((read for form in _SPELLED if (read := _spelled(text, form))), None)


def _spelled(text: str, form: str) -> datetime | None:
    return _read(lambda: datetime.strptime(text, form).replace(tzinfo=UTC))


def _read(read: Any) -> datetime | None:
    try:
        found: datetime = read()
    except ValueError:
        return None
    return found
