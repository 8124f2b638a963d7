"""Budgets: how much may be spent on an article's run and on a tenant's month, and what comes beyond that."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imaging.errors import ConfigurationError
from imaging.planning.quotas import Measure
from imaging.spec import ImageSpec
from imaging.validation import explain

_ROUNDING = 1e-9  # USD; prices are tenths of cents, added up as binary fractions


class Limits(BaseModel):
    """Limits of spending, in USD; None is no limit.

    `run_usd`: by one run, so on one article. `month_usd`: by one tenant in a calendar month (UTC).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_usd: float | None = Field(None, ge=0, allow_inf_nan=False)
    month_usd: float | None = Field(None, ge=0, allow_inf_nan=False)


class Budgets(Limits):
    """The limits of every tenant, and those of single ones in their place.

    `beyond`: pictures that the budget has no room for come from the fallback of their kind, or are refused.
    """

    tenants: dict[str, Limits] = {}
    beyond: Literal["fallback", "refuse"] = "fallback"

    def of(self, user_id: str) -> Limits:
        """Return the limits of a tenant: what is not set for it is as for all."""
        own = self.tenants.get(user_id, Limits()).model_dump(exclude_unset=True)
        return Limits(run_usd=self.run_usd, month_usd=self.month_usd).model_copy(update=own)


def budgets_from(value: Any, source: str = "IMAGES_BUDGETS") -> Budgets:
    """Return the budgets in a JSON value. Raises ConfigurationError naming `source` and the field."""
    try:
        return Budgets.model_validate(value)
    except ValidationError as error:
        raise ConfigurationError(f"{source}: {explain(error, of=Budgets)}") from None


@dataclass(frozen=True, slots=True)
class Bound:
    """How much one budget or quota leaves, and the reason to give for a picture that it has no room for.

    `refuses`: such a picture is refused, and not made by a fallback. `quota`: the name of the quota, if it is one.
    """

    why: str
    usd: float = math.inf
    pictures: float = math.inf
    refuses: bool = False
    quota: Measure | None = None


def affordable(specs: Iterable[ImageSpec], left_usd: float, left_pictures: float = math.inf) -> frozenset[str]:
    """Return the names of the specs that there is room for: in the order of the plan, each that still fits."""
    names: list[str] = []
    for spec in specs:
        if spec.price_usd <= left_usd + _ROUNDING and len(names) < left_pictures:
            left_usd -= spec.price_usd
            names.append(spec.name)
    return frozenset(names)
