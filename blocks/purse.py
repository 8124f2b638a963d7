"""The purse of a tenant: what was spent in a month, and what runs under way have set aside for themselves.

One small document for each tenant and month, kept where the task results are. A run reserves before it spends, and
settles at its end. A killed run's reservation stays, and counts, until its article is run again: what it has paid
for is billed by that run.
"""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.lock import one_at_a_time
from blocks.results import SharedResults


class Month(BaseModel):
    """A tenant's month, in USD: `reserved` by slug."""

    model_config = ConfigDict(frozen=True)

    spent: float = 0.0
    reserved: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Purse:
    """One article's hand in its tenant's purse. `locks` is where this machine's processes meet."""

    results: SharedResults
    locks: Path
    user_id: str
    slug: str
    month: str

    @classmethod
    def of(cls, results: SharedResults, locks: Path, user_id: str, slug: str) -> "Purse":
        """Return the purse of the month that it is now, in UTC."""
        return cls(results, locks, user_id, slug, f"{datetime.now(UTC):%Y-%m}")

    def left(self, month_usd: float) -> float:
        """Return what the month's budget leaves for this article, in USD."""
        month = self._read()
        others = sum(usd for slug, usd in month.reserved.items() if slug != self.slug)
        return max(0.0, month_usd - month.spent - others)

    def reserve(self, usd: float) -> None:
        """Set money aside for this article, instead of what was set aside for it before. Call it `alone`."""
        month = self._read()
        self._write(month.model_copy(update={"reserved": month.reserved | {self.slug: round(usd, 6)}}))

    def settle(self, spent_usd: float, still_usd: float) -> None:
        """Note what the run has spent; of what it reserved, `still_usd` stays for what may yet be billed."""
        if not (spent_usd or still_usd or self.slug in self._read().reserved):
            return
        with self.alone():
            month = self._read()
            reserved = {slug: usd for slug, usd in month.reserved.items() if slug != self.slug}
            if still_usd:
                reserved[self.slug] = round(still_usd, 6)
            self._write(Month(spent=round(month.spent + spent_usd, 6), reserved=reserved))

    def alone(self) -> AbstractContextManager[object]:
        """Keep the tenant's other runs away from the purse."""
        return one_at_a_time(f"article-images.purse.{self.user_id}", self.locks)

    def _read(self) -> Month:
        try:
            return Month.model_validate_json(self.results.read_path(self._path))
        except (ValueError, ValidationError):
            return Month()

    def _write(self, month: Month) -> None:
        with suppress(OSError):  # bucket and disk both away: then nothing is ordered either (see the ledger)
            self.results.write_path(self._path, month.model_dump_json().encode())

    @property
    def _path(self) -> str:
        return f"{self.user_id}/_spend/{self.month}.json"
