"""Measuring the usage of tenants in a month: one pass over the bucket's LIST, and one read of each manifest."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blocks.records.monthly_spend import Month, month_spend
from blocks.services import Services
from blocks.usage.listing import UNREADABLE, at_once, list_objects, read_manifests
from blocks.usage.tables import Tables, opened_tables
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from imaging.planning.quotas import Measure, quota_standing
from imaging.usage.month import CalendarMonth
from imaging.usage.prices import storage_prices
from imaging.usage.report import Amount, TenantUsage, UsageReport, total_usage

_UNKNOWN = "unknown"
_MOST_NAMED = 5  # unreadable manifests that the report names

# Tenants are known by what we have written for them: another program's folder is none.
_TENANTS = """
CREATE TABLE tenants AS SELECT DISTINCT tenant_in(key) AS tenant FROM listed
WHERE contains(key, '/') AND valid(tenant_in(key)) AND (
    ours(key) OR split_part(key, '/', 2) = 'branding' OR regexp_full_match(key, '[^/]+/[^/]+/manifest[.]json')
)
"""

_FINDINGS = """
CREATE TABLE findings AS
WITH pictures AS (
    SELECT o.tenant, o.slug, o.key, o.bytes, o.etag, o.modified, n.key IS NOT NULL AS is_named
    FROM objects o LEFT JOIN (SELECT DISTINCT tenant, key FROM named) n USING (tenant, key)
    WHERE o.current AND NOT o.hides AND o.place = 'picture' AND o.tenant IN (SELECT tenant FROM tenants)
), numbered AS (
    SELECT *, CASE WHEN is_named THEN slug ELSE key END AS unit FROM pictures
), ranked AS (
    SELECT *, dense_rank() OVER (PARTITION BY tenant, etag, bytes ORDER BY NOT is_named, unit) AS copy,
        row_number() OVER (PARTITION BY tenant, etag, bytes, unit ORDER BY key) AS within
    FROM numbered
)
SELECT 'orphan' AS finding, tenant, key, bytes, modified FROM pictures
WHERE NOT is_named AND NOT EXISTS (
    SELECT 1 FROM articles a WHERE a.tenant = pictures.tenant AND a.slug = pictures.slug AND a.status = 'unreadable'
)
UNION ALL SELECT 'duplicate', tenant, key, bytes, modified FROM ranked WHERE copy > 1 AND within = 1 AND etag <> ''
UNION ALL SELECT 'missing', tenant, key, NULL, NULL FROM (SELECT DISTINCT tenant, key FROM named) n
WHERE NOT EXISTS (SELECT 1 FROM objects o WHERE o.key = n.key AND o.current AND NOT o.hides)
"""

_AMOUNTS = """
SELECT t.tenant, o.place = 'record' AS is_record, count(*) FILTER (current AND NOT hides),
    coalesce(sum(bytes) FILTER (current), 0)::BIGINT, coalesce(sum(bytes) FILTER (NOT current), 0)::BIGINT
FROM objects o LEFT JOIN tenants t USING (tenant) GROUP BY ALL
"""

_ARTICLES = """
SELECT tenant, count(*), count(*) FILTER (status = 'degraded'), count(*) FILTER (status = 'unreadable')
FROM articles GROUP BY tenant
"""

_IMAGES = """
SELECT n.tenant, n.kind, count(*), count(*) FILTER (o.modified >= $begins)
FROM named n JOIN objects o ON o.key = n.key AND o.current AND NOT o.hides
WHERE n.kind <> '' GROUP BY n.tenant, n.kind
"""

_FOUND = "SELECT tenant, finding, count(*), coalesce(sum(bytes), 0)::BIGINT FROM findings GROUP BY tenant, finding"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A report, and the tables it comes from, as long as they are open."""

    report: UsageReport
    tables: Tables


@contextmanager
def measured_usage(
    services: Services,
    month: CalendarMonth,
    user_id: str | None,
    listed: Callable[[int], None] = lambda _: None,
) -> Iterator[Measurement]:
    """Measure the usage at the end of the month, or now, of all tenants or of one.

    Raises StorageError where the bucket is away, InvalidInput for a tenant that it does not know.
    """
    as_of = min(month.ends, datetime.now(UTC))
    with opened_tables() as tables:
        has_versions = list_objects(services.store, tables, user_id, listed)
        tables.close_listing(_microseconds(month.ends))
        tables.rows(_TENANTS)
        known = {row[0] for row in tables.rows("SELECT tenant FROM tenants")}
        if user_id is not None and user_id not in known:
            raise InvalidInput(f"user_id: the bucket has nothing of a tenant {user_id}")
        read_manifests(services.store, tables)
        tables.rows(_FINDINGS)
        tenants = list(_tenants(services, tables, month, sorted(known)))
        report = UsageReport(
            month=month.name,
            as_of=as_of.isoformat(timespec="seconds"),
            tenants=tenants,
            total=total_usage(tenants),
            others=None if user_id else _amounts(tables)[None][0],
            problems=list(_problems(tables, tells_versions=has_versions or services.embedded)),
        )
        yield Measurement(report, tables)


def _tenants(services: Services, tables: Tables, month: CalendarMonth, known: list[str]) -> Iterator[TenantUsage]:
    amounts, kinds = _amounts(tables), _kinds(tables, month)
    articles = {tenant: counts for tenant, *counts in tables.rows(_ARTICLES)}
    found = {(tenant, finding): (number, size) for tenant, finding, number, size in tables.rows(_FOUND)}
    records = services.records(bucket_answers=True)
    prices = storage_prices(services.settings.images_storage_prices)
    for tenant, spend in at_once(lambda name: month_spend(records, name, month.name), known):
        amount, of_records = amounts[tenant]
        written, degraded, unreadable = articles.get(tenant, (0, 0, 0))
        images, made = kinds[tenant]
        orphans, orphan_bytes = found.get((tenant, "orphan"), (0, 0))
        duplicates, duplicate_bytes = found.get((tenant, "duplicate"), (0, 0))
        used: dict[Measure, float] = {
            "bytes": amount.bytes + amount.bytes_old_versions, "month_pictures": spend.pictures,
            "month_usd": spend.spent,
        }  # fmt: skip
        yield TenantUsage(
            user_id=tenant,
            **amount.model_dump(),
            records=of_records,
            articles=written,
            degraded=degraded,
            unreadable=unreadable,
            images=images,
            made=made,
            pictures=spend.pictures,
            spend_usd=spend.spent,
            spend_by_model=_divided(spend, lambda model: model.partition(":")[2]),
            spend_by_vendor=_divided(spend, lambda model: model.partition(":")[0]),
            reserved_usd=round(sum(spend.reserved.values()), 6),
            storage_usd=prices.storage(amount.bytes + amount.bytes_old_versions),
            egress_usd=prices.egress(amount.bytes - of_records.bytes, amount.bytes + amount.bytes_old_versions),
            orphans=orphans,
            orphan_bytes=orphan_bytes,
            duplicates=duplicates,
            duplicate_bytes=duplicate_bytes,
            missing=found.get((tenant, "missing"), (0, 0))[0],
            quota=quota_standing(services.quotas.of(tenant), used),
        )


def _amounts(tables: Tables) -> defaultdict[str | None, tuple[Amount, Amount]]:
    """Return by tenant (None: nobody's) how much is stored, and how much of that are records."""
    sums: defaultdict[tuple[str | None, bool], list[int]] = defaultdict(lambda: [0, 0, 0])
    for whose, is_record, *numbers in tables.rows(_AMOUNTS):
        for of in {False, is_record}:
            sums[whose, of] = [one + more for one, more in zip(sums[whose, of], numbers, strict=True)]
    found: defaultdict[str | None, tuple[Amount, Amount]] = defaultdict(lambda: (Amount(), Amount()))
    for whose, _ in list(sums):
        found[whose] = _amount(sums[whose, False]), _amount(sums[whose, True])
    return found


def _amount(numbers: list[int]) -> Amount:
    return Amount(objects=numbers[0], bytes=numbers[1], bytes_old_versions=numbers[2])


def _kinds(tables: Tables, month: CalendarMonth) -> defaultdict[str, tuple[dict[str, int], dict[str, int]]]:
    """Return by tenant the pictures that are there, and those that were stored in the month, by kind."""
    found: defaultdict[str, tuple[dict[str, int], dict[str, int]]] = defaultdict(lambda: ({}, {}))
    order = list(Kind)
    rows = tables.rows(_IMAGES, begins=_microseconds(month.begins))
    for tenant, kind, number, made in sorted(rows, key=lambda row: order.index(row[1]) if row[1] in order else 99):
        found[tenant][0][kind] = number
        if made:
            found[tenant][1][kind] = made
    return found


def _divided(spend: Month, part: Callable[[str], str]) -> dict[str, float]:
    """Return what was spent by a part of `vendor:model`, so that it adds up to all that was spent."""
    sums: defaultdict[str, float] = defaultdict(float)
    for model, made in spend.made.items():
        sums[part(model)] += made.usd
    sums[_UNKNOWN] = spend.spent - sum(sums.values())
    return {name: usd for name, amount in sorted(sums.items()) if (usd := round(amount, 6))}


def _problems(tables: Tables, *, tells_versions: bool) -> Iterator[str]:
    if not tells_versions:
        yield "the store lists no versions: bytes of old ones, if it keeps any, are not counted"
    broken = tables.rows(f"SELECT tenant, slug FROM articles WHERE status = '{UNREADABLE}' ORDER BY ALL")  # noqa: S608
    for tenant, slug in broken[:_MOST_NAMED]:
        yield f"{tenant}/{slug}: its manifest cannot be read; what lies there is not taken for orphans"
    if more := broken[_MOST_NAMED:]:
        yield f"{len(more)} more manifests cannot be read"


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def rows_of(measurement: Measurement, finding: str) -> list[tuple[Any, ...]]:
    """Return the keys of a finding (`orphan`, `missing`, `duplicate`), by tenant."""
    query = "SELECT tenant, key FROM findings WHERE finding = $finding ORDER BY ALL"
    return measurement.tables.rows(query, finding=finding)
