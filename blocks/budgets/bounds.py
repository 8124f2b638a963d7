"""How much each budget and quota leaves an article's run, and the reason that a picture without room gets."""

from collections.abc import Iterator
from dataclasses import dataclass

from blocks.records.monthly_spend import Month, current_month
from imaging.planning.budget import Bound, Budgets
from imaging.planning.quotas import Quotas


@dataclass(frozen=True, slots=True)
class Whose:
    """The article that is limited."""

    user_id: str
    slug: str


def bounds_of_budgets(budgets: Budgets, whose: Whose, month: Month | None) -> Iterator[Bound]:
    """Yield the bounds that the budgets set; those of the month where `month` is known."""
    limits, refuses = budgets.of(whose.user_id), budgets.beyond == "refuse"
    if limits.month_usd is not None and month:
        left = month.left(limits.month_usd, whose.slug)
        why = f"over {whose.user_id}'s budget of {limits.month_usd:g} USD for {current_month()}"
        yield Bound(f"{why} (images_budgets, month_usd): {left:.3f} USD are left", usd=left, refuses=refuses)
    if limits.run_usd is not None:
        why = f"over the budget of one run, {limits.run_usd:g} USD (images_budgets, run_usd)"
        yield Bound(why, usd=limits.run_usd, refuses=refuses)


def bounds_of_quotas(quotas: Quotas, whose: Whose, month: Month | None) -> Iterator[Bound]:
    """Yield the bounds that the quotas of the month set."""
    quota, refuses = quotas.of(whose.user_id), quotas.beyond == "refuse"
    if quota.month_usd is not None and month:
        left = month.left(quota.month_usd, whose.slug)
        why = f"over {whose.user_id}'s quota of {quota.month_usd:g} USD for {current_month()}"
        why = f"{why} (images_quotas, month_usd): {left:.3f} USD are left"
        yield Bound(why, usd=left, refuses=refuses, quota="month_usd")
    if quota.month_pictures is not None and month:
        number = month.pictures_left(quota.month_pictures, whose.slug)
        why = f"over {whose.user_id}'s quota of {quota.month_pictures} pictures for {current_month()}"
        why = f"{why} (images_quotas, month_pictures): {number} are left"
        yield Bound(why, pictures=number, refuses=refuses, quota="month_pictures")


def bounds_of_bytes(quotas: Quotas, whose: Whose, stored: int) -> Iterator[Bound]:
    """Yield the bound that the quota of bytes sets for a tenant which stores so many: a full one has room for none."""
    limit = quotas.of(whose.user_id).bytes
    if limit is not None and stored >= limit:
        why = f"over {whose.user_id}'s quota of {limit:,} bytes (images_quotas, bytes): {stored:,} are stored"
        yield Bound(why, pictures=0, refuses=quotas.beyond == "refuse", quota="bytes")
