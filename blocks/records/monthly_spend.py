"""A tenant's monthly spend: how much was spent in a month, and how much runs under way have reserved.

One small document for each tenant and month (`keys.spend_path`), kept where the task results are. A run reserves
before it spends, and settles at its end. A killed run's reservation stays, and counts, until its article is run again:
what it has paid for is billed by that run.

What a run has spent while the bucket's document could not be read or written is noted on this machine as unreported
(`keys.unreported_spend_path`), and added in the bucket by the next run here that can: a sum made from an old copy would
lose what other machines have spent since.
"""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.records.records import Records
from imaging import keys
from imaging.errors import StorageError


class Month(BaseModel):
    """A tenant's month, in USD: `reserved` by slug."""

    model_config = ConfigDict(frozen=True)

    spent: float = 0.0
    reserved: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class MonthlySpend:
    """One article's view of its tenant's monthly spend. `locks` is the folder of this machine's locks."""

    records: Records
    locks: Path
    user_id: str
    slug: str
    month: str

    @classmethod
    def of(cls, records: Records, locks: Path, user_id: str, slug: str) -> "MonthlySpend":
        """Return the spend of the current month, in UTC."""
        return cls(records, locks, user_id, slug, f"{datetime.now(UTC):%Y-%m}")

    def left(self, month_usd: float) -> float:
        """Return what the month's budget leaves for this article, in USD."""
        month, _ = self._read()
        others = sum(usd for slug, usd in month.reserved.items() if slug != self.slug)
        return max(0.0, month_usd - month.spent - self._unreported() - others)

    def reserve(self, usd: float) -> None:
        """Reserve money for this article, in place of its earlier reservation. Call it while `locked`."""
        month, known = self._read()
        self._write(month.model_copy(update={"reserved": month.reserved | {self.slug: round(usd, 6)}}), known=known)

    def settle(self, spent_usd: float, still_usd: float) -> None:
        """Note what the run has spent; of what it reserved, `still_usd` stays for what may yet be billed."""
        if not (spent_usd or still_usd or self._unreported() or self.slug in self._read()[0].reserved):
            return
        with self.locked():
            (month, known), unreported = self._read(), self._unreported()
            reserved = {slug: usd for slug, usd in month.reserved.items() if slug != self.slug}
            if still_usd:
                reserved[self.slug] = round(still_usd, 6)
            total = round(month.spent + unreported + spent_usd, 6)
            if known and self._write(Month(spent=total, reserved=reserved), known=True):
                still_unreported = 0.0
            else:
                self._write(month.model_copy(update={"reserved": reserved}), known=False)
                still_unreported = round(unreported + spent_usd, 6)
            if still_unreported != unreported:
                with suppress(OSError):
                    self.records.keep_local(self._unreported_path, _json(Month(spent=still_unreported)))

    def locked(self) -> AbstractContextManager[object]:
        """Keep the tenant's other runs from reading and writing the document."""
        return one_at_a_time(keys.spend_lock(self.user_id), self.locks)

    def _read(self) -> tuple[Month, bool]:
        """Return the month, and whether it is what the bucket has: else it is this machine's last copy of that."""
        mine = self.records.local(self._path)
        try:
            return _month(self.records.shared(self._path) or mine), True
        except StorageError:
            return _month(mine), False

    def _unreported(self) -> float:
        """Return the money that runs on this machine have spent and the bucket does not know of, in USD."""
        return _month(self.records.local(self._unreported_path)).spent

    def _write(self, month: Month, *, known: bool) -> bool:
        """Write the month, to the bucket too if its document is `known`. Return whether the bucket has it."""
        with suppress(OSError):  # bucket and disk both away: then nothing is ordered either (see the ledger)
            if known:
                return self.records.write(self._path, _json(month))
            self.records.keep_local(self._path, _json(month))
        return False

    @property
    def _path(self) -> str:
        return keys.spend_path(self.user_id, self.month)

    @property
    def _unreported_path(self) -> str:
        return keys.unreported_spend_path(self.user_id, self.month)


def _month(data: bytes | None) -> Month:
    try:
        return Month.model_validate_json(data or b"")
    except ValidationError:
        return Month()


def _json(month: Month) -> bytes:
    return month.model_dump_json().encode()
