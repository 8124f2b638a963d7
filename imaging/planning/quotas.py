"""Quotas: how much a tenant may store, and may have made and spent in a month, and what comes beyond that."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from imaging.errors import ConfigurationError
from imaging.validation import USER_ID, explain

NEAR = 0.8
"""The share of a quota from which on it is nearly used up."""

Measure = Literal["bytes", "month_pictures", "month_usd"]
Level = Literal["ok", "warning", "exceeded"]
_WORST: tuple[Level, ...] = ("ok", "warning", "exceeded")


class Quota(BaseModel):
    """The quotas of one tenant; None is no limit.

    `bytes`: of all its objects in the bucket, old versions too. `month_pictures`, `month_usd`: pictures by vendors, and
    what was paid for them, in a calendar month (UTC).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int | None = Field(None, ge=0)
    month_pictures: int | None = Field(None, ge=0)
    month_usd: float | None = Field(None, ge=0, allow_inf_nan=False)


class Quotas(Quota):
    """The quotas of every tenant, and those of single ones in their place.

    `beyond`: pictures that a quota has no room for come from the fallback of their kind, or are refused.
    """

    tenants: dict[Annotated[str, StringConstraints(pattern=USER_ID)], Quota] = {}
    beyond: Literal["fallback", "refuse"] = "fallback"

    def of(self, user_id: str) -> Quota:
        """Return the quotas of a tenant: what is not said for it is as for all."""
        own = self.tenants.get(user_id, Quota()).model_dump(exclude_unset=True)
        return Quota(**self.model_dump(include=set(Quota.model_fields))).model_copy(update=own)


def quotas_from(value: Any, source: str = "IMAGES_QUOTAS") -> Quotas:
    """Return the quotas in a JSON value. Raises ConfigurationError naming `source` and the field."""
    try:
        return Quotas.model_validate(value)
    except ValidationError as error:
        raise ConfigurationError(f"{source}: {explain(error, of=Quotas)}") from None


class Standing(BaseModel):
    """How much of one quota is used."""

    model_config = ConfigDict(frozen=True)

    limit: float
    used: float
    level: Level


class QuotaStanding(BaseModel):
    """How much of its quotas a tenant has used: those that it has, and the worst of them."""

    model_config = ConfigDict(frozen=True)

    level: Level
    bytes: Standing | None = None
    month_pictures: Standing | None = None
    month_usd: Standing | None = None

    def each(self) -> Iterator[tuple[Measure, Standing]]:
        """Yield the quotas that the tenant has."""
        standings: dict[Measure, Standing | None] = {
            "bytes": self.bytes, "month_pictures": self.month_pictures, "month_usd": self.month_usd
        }  # fmt: skip
        yield from ((measure, standing) for measure, standing in standings.items() if standing)


def level_of(used: float, limit: float) -> Level:
    """Return the level of a quota: a full one is exceeded, since nothing more has room."""
    if used >= limit:
        return "exceeded"
    return "warning" if used >= NEAR * limit else "ok"


def quota_standing(quota: Quota, used: dict[Measure, float]) -> QuotaStanding | None:
    """Return the standing of those quotas that are set and whose use is known, None where there is none."""
    limits = quota.model_dump(exclude_none=True)
    each = {
        name: Standing(limit=limits[name], used=round(amount, 6), level=level_of(amount, limits[name]))
        for name, amount in used.items()
        if name in limits
    }
    if not each:
        return None
    return QuotaStanding(level=max((one.level for one in each.values()), key=_WORST.index), **each)
