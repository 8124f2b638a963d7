"""The report on usage: for each tenant and in all, what is stored, what was made and spent, and what does not fit."""

import json
from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from imaging.kinds import Kind
from imaging.planning.quotas import QuotaStanding


class Amount(BaseModel):
    """Objects of the bucket and their bytes, in current and in old versions."""

    model_config = ConfigDict(frozen=True)

    objects: int = 0
    bytes: int = 0
    bytes_old_versions: int = 0


class Usage(Amount):
    """What is stored at the end of the month (or now), and what was made and spent in it.

    `articles`: those with a manifest; `degraded` and `unreadable` ones among them (a broken manifest names nothing).
    `images`: pictures that manifests name and the bucket has, by kind; `made`: those of them stored in the month.
    `objects`, `bytes`: all that is the tenant's, with `records` (claims, records and reports) among them.
    `pictures`: by vendors, made in the month. `spend_by_model`, `spend_by_vendor`: in USD; `unknown` is what records of
    an earlier version do not tell apart. `reserved_usd`: what orders under way may still cost. `orphans`: objects in
    the tenant's folder that no manifest names. `missing`: objects that a manifest names and the bucket has not.
    `duplicates`: copies of bytes that the tenant has already; what one manifest names twice (a pinned copy, the card of
    another platform) is none.
    """

    articles: int = 0
    degraded: int = 0
    unreadable: int = 0
    images: dict[str, int] = {}
    made: dict[str, int] = {}
    records: Amount = Amount()
    pictures: int = 0
    spend_usd: float = 0.0
    spend_by_model: dict[str, float] = {}
    spend_by_vendor: dict[str, float] = {}
    reserved_usd: float = 0.0
    storage_usd: float = 0.0
    egress_usd: float = 0.0
    orphans: int = 0
    orphan_bytes: int = 0
    missing: int = 0
    duplicates: int = 0
    duplicate_bytes: int = 0


class _OfTenant(BaseModel):
    """Puts the name before the figures."""

    user_id: str


class TenantUsage(Usage, _OfTenant):
    """The usage of one tenant. `quota`: how much of its quotas is used, None where it has none."""

    quota: QuotaStanding | None = None


class UsageReport(BaseModel):
    """The usage of all tenants, or of one. `others`: objects that are no tenant's. `as_of`: the moment it is of."""

    model_config = ConfigDict(frozen=True)

    month: str
    as_of: str
    tenants: list[TenantUsage]
    total: Usage
    others: Amount | None = None
    problems: list[str] = []


def total_usage(tenants: Iterable[Usage]) -> Usage:
    """Return the sums over all tenants."""
    sums: Counter[str] = Counter()
    nested: dict[str, Counter[str]] = {}
    for tenant in tenants:
        for name, value in tenant.model_dump(include=set(Usage.model_fields)).items():
            if isinstance(value, dict):
                nested.setdefault(name, Counter()).update(value)
            else:
                sums[name] += value
    rounded = {name: round(value, 6) for name, value in sums.items()}
    tables = {name: {key: round(value, 6) for key, value in sorted(table.items())} for name, table in nested.items()}
    return Usage.model_validate(rounded | tables)


def flat_row(tenant: TenantUsage, month: str) -> dict[str, str | int | float | None]:
    """Return a tenant's line in the CSV and Parquet files: the same columns for every tenant and month."""
    usage = tenant.model_dump(exclude={"images", "made", "records", "spend_by_model", "spend_by_vendor", "quota"})
    kinds = {f"images_{kind}": tenant.images.get(kind, 0) for kind in Kind}
    made = {f"made_{kind}": tenant.made.get(kind, 0) for kind in Kind}
    records = {f"records_{name}": value for name, value in tenant.records.model_dump().items()}
    level = tenant.quota.level if tenant.quota else None
    models = json.dumps(tenant.spend_by_model, sort_keys=True)
    whose = {"month": month, "user_id": usage.pop("user_id")}
    return {**whose, **kinds, **made, **usage, "spend_by_model": models, **records, "quota": level}
