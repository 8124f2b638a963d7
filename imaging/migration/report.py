"""What became of old addresses: one outcome for each, and the report on a migration."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from imaging.sanitizing.printable import printable

Status = Literal["moved", "dead", "refused", "later", "remade"]
STATUSES: tuple[Status, ...] = ("moved", "dead", "refused", "later", "remade")
MAX_LISTED = 100  # links that the report names
_MAX_SHOWN = 200  # characters


class Outcome(BaseModel):
    """What became of one address.

    `dead`: its picture is gone for good; `later`: it cannot be had now; `refused`: what is there is not stored;
    `remade`: dead, and made again. `key`: that of the picture in the bucket.
    """

    model_config = ConfigDict(frozen=True)

    status: Status
    new: str | None = None
    why: str = ""
    key: str | None = None
    cost_usd: float = 0.0


class Trouble(BaseModel):
    """An address that is neither moved nor remade, as it may be shown: without its query."""

    model_config = ConfigDict(frozen=True)

    old: str
    status: Status
    where: str
    why: str


class MigrationReport(BaseModel):
    """The report on a migration, or before it (`dry_run`): then `cost_usd` is the price of what would be remade.

    `counts`: addresses by what became of them, in this run or an earlier one. `trouble`: the first that are not moved.
    `passed_over`: pictures in the source that are not migrated, by their host. `problems`: those of the source.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    user_id: str | None = None
    dry_run: bool = False
    articles: int = 0
    counts: dict[Status, int] = dict.fromkeys(STATUSES, 0)
    cost_usd: float = 0.0
    trouble: list[Trouble] = []
    passed_over: dict[str, int] = {}
    problems: list[str] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> Literal["complete", "degraded"]:
        """`complete` if every address is moved or remade, and the whole source was read."""
        left = sum(self.counts.get(status, 0) for status in ("dead", "refused", "later"))
        return "degraded" if left or self.problems else "complete"

    def __str__(self) -> str:
        came = ", ".join(f"{self.counts[status]:,} {status}" for status in STATUSES if self.counts.get(status))
        links = sum(self.counts.values())
        return f"{links:,} {'address' if links == 1 else 'addresses'}: {came or 'none'}; {self.cost_usd:.3f} USD"


def shown(address: str) -> str:
    """Return an address as it may be shown: short, on one line, without its query."""
    bare = address.partition("?")[0].partition("#")[0] if not address.startswith("data:") else address[:40] + "…"
    return printable(bare)[:_MAX_SHOWN]
