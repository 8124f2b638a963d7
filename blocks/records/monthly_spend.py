"""A tenant's monthly spend: how much was spent in a month, and how much runs under way have reserved.

One small document for each tenant and month (`spend_path`), kept where the task results are. A run reserves before it
spends, and settles at its end. A killed run's reservation stays, and counts, until its article is run again: what that
one has paid for is billed by this run.

What a run has spent while the bucket's document could not be read or written is noted on this machine as unreported
(`unreported_spend_path`), and added in the bucket by the next run here that can: a sum made from an old copy would lose
what other machines have spent since.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.records.records import Records
from imaging.errors import StorageError
from imaging.names import lock_names, record_paths


class Made(BaseModel):
    """What a vendor's model made in a month, and what was paid for it, for refused pictures too."""

    model_config = ConfigDict(frozen=True)

    usd: float = 0.0
    pictures: int = 0

    def __add__(self, other: "Made") -> "Made":
        return Made(usd=round(self.usd + other.usd, 6), pictures=self.pictures + other.pictures)


class Month(BaseModel):
    """A tenant's month, in USD: `reserved` by slug, `made` by `vendor:model`.

    Documents of earlier versions have `spent` and `reserved` alone. `pictures_reserved`: by slug, where there is a
    quota. `announced`: the events on quotas that were emitted.
    """

    model_config = ConfigDict(frozen=True)

    spent: float = 0.0
    reserved: dict[str, float] = {}
    made: dict[str, Made] = {}
    pictures_reserved: dict[str, int] = {}
    announced: list[str] = []

    @property
    def pictures(self) -> int:
        """The number of pictures that vendors made."""
        return sum(made.pictures for made in self.made.values())

    def plus(self, spent: float, made: Mapping[str, Made]) -> "Month":
        """Return the month with what else was spent and made."""
        models = dict(self.made)
        for model, more in made.items():
            models[model] = models.get(model, Made()) + more
        return self.model_copy(update={"spent": round(self.spent + spent, 6), "made": models})

    def left(self, month_usd: float, slug: str) -> float:
        """Return what a month's limit leaves for an article, in USD: other articles' reservations count."""
        return max(0.0, month_usd - self.spent - sum(self.without(slug).reserved.values()))

    def pictures_left(self, month_pictures: int, slug: str) -> int:
        """Return how many pictures by vendors a month's limit leaves for an article."""
        return max(0, month_pictures - self.pictures - sum(self.without(slug).pictures_reserved.values()))

    def without(self, slug: str) -> "Month":
        """Return the month without what is reserved for an article."""
        reserved = {other: usd for other, usd in self.reserved.items() if other != slug}
        pictures = {other: number for other, number in self.pictures_reserved.items() if other != slug}
        return self.model_copy(update={"reserved": reserved, "pictures_reserved": pictures})


def current_month() -> str:
    """Return the current month in UTC, such as `2026-11`."""
    return f"{datetime.now(UTC):%Y-%m}"


def month_spend(records: Records, user_id: str, month: str) -> Month:
    """Return a tenant's month, with what this machine has not reported to the bucket yet. Raises StorageError."""
    path = record_paths.spend_path(user_id, month)
    known = _month(records.shared(path) if records.bucket_answers else records.local(path))
    unreported = _month(records.local(record_paths.unreported_spend_path(user_id, month)))
    return known.plus(unreported.spent, unreported.made)


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
        return cls(records, locks, user_id, slug, current_month())

    def left(self, month_usd: float) -> float:
        """Return what the month's budget leaves for this article, in USD."""
        return self.known().left(month_usd, self.slug)

    def known(self) -> Month:
        """Return the month as far as this machine knows it, with what it has not reported to the bucket yet."""
        unreported = self._unreported()
        return self._read()[0].plus(unreported.spent, unreported.made)

    def reserve(self, usd: float, pictures: int = 0) -> None:
        """Reserve money for this article, in place of its earlier reservation. Call it while `locked`."""
        month, known = self._read()
        changes: dict[str, object] = {"reserved": month.reserved | {self.slug: round(usd, 6)}}
        if pictures:
            changes["pictures_reserved"] = month.pictures_reserved | {self.slug: pictures}
        self._write(month.model_copy(update=changes), known=known)

    def settle(self, spent_usd: float, still_usd: float, made: Mapping[str, Made] = MappingProxyType({})) -> None:
        """Note what the run has spent, and on which models; of what it reserved, `still_usd` stays for what may yet be
        billed.
        """
        if not (spent_usd or still_usd or self._unreported().spent or self.slug in self._read()[0].reserved):
            return
        with self.locked():
            (month, known), unreported = self._read(), self._unreported()
            freed = month.without(self.slug)
            if still_usd:
                freed = freed.model_copy(update={"reserved": freed.reserved | {self.slug: round(still_usd, 6)}})
            more = unreported.plus(spent_usd, made)
            if known and self._write(freed.plus(more.spent, more.made), known=True):
                still_unreported = Month()
            else:
                self._write(freed, known=False)
                still_unreported = more
            if still_unreported != unreported:
                with suppress(OSError):
                    self.records.keep_local(self._unreported_path, _json(still_unreported))

    def announce(self, events: Iterable[str]) -> list[str]:
        """Note events on quotas as emitted; return those that were not yet. Not where the bucket does not answer."""
        if not set(events) - set(self._read()[0].announced):
            return []
        with self.locked():
            month, known = self._read()
            new = [event for event in dict.fromkeys(events) if event not in month.announced]
            if not (known or self.records.is_alone):
                return []
            self._write(month.model_copy(update={"announced": [*month.announced, *new]}), known=known)
            return new

    def locked(self) -> AbstractContextManager[object]:
        """Keep the tenant's other runs from reading and writing the document."""
        return one_at_a_time(lock_names.spend_lock(self.user_id), self.locks)

    def _read(self) -> tuple[Month, bool]:
        """Return the month, and whether it is what the bucket has: else it is this machine's last copy of that."""
        mine = self.records.local(self._path)
        try:
            return _month(self.records.shared(self._path) or mine), True
        except StorageError:
            return _month(mine), False

    def _unreported(self) -> Month:
        """Return what runs on this machine have spent and made that the bucket does not know of."""
        return _month(self.records.local(self._unreported_path))

    def _write(self, month: Month, *, known: bool) -> bool:
        """Write the month, to the bucket too if its document is `known`. Return whether the bucket has it."""
        with suppress(OSError):  # bucket and disk both away: then nothing is ordered either (see the ledger)
            if known:
                return self.records.write(self._path, _json(month))
            self.records.keep_local(self._path, _json(month))
        return False

    @property
    def _path(self) -> str:
        return record_paths.spend_path(self.user_id, self.month)

    @property
    def _unreported_path(self) -> str:
        return record_paths.unreported_spend_path(self.user_id, self.month)


def _month(data: bytes | None) -> Month:
    try:
        return Month.model_validate_json(data or b"")
    except ValidationError:
        return Month()


def _json(month: Month) -> bytes:
    return month.model_dump_json().encode()
