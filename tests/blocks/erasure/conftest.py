"""Tenants and articles whose names begin with each other's, in a bucket with versions and on this machine."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from tests.blocks.versioned import bucket, services
from tests.standins import VersionedBucket

__all__ = ["bucket", "services"]

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TENANTS = ("a", "acme", "acme-", "acme-2", "acme_2", "tea")
SLUGS = ("tea", "tea-2", "te")
Owned = dict[tuple[str, str | None], set[str]]
"""Keys by tenant and slug; slug None: of the tenant alone."""


def digest(tenant: str, slug: str, number: int = 0) -> str:
    """A digest of a picture's spec, one of its own for each."""
    return (f"{tenant}/{slug}/{number}".encode().hex() * 8)[:64]


def filled(bucket: VersionedBucket) -> Owned:
    """Put articles of all tenants, two versions of each object, and return which keys are whose."""
    owned: Owned = {}

    def put(tenant: str, slug: str | None, key: str, data: object = b"x") -> None:
        owned.setdefault((tenant, slug), set()).add(key)
        for _ in range(2):
            bucket.put(key, data if isinstance(data, bytes) else json.dumps(data).encode(), NOW)

    for tenant in TENANTS:
        put(tenant, None, f"{tenant}/branding/brand.json", {"color": "#000000"})
        put(tenant, None, f"_results/{tenant}/_spend/2026-10.json", {"spent": 2.0, "reserved": {}})
        put(tenant, None, f"_reports/{tenant}/2026-10.json", {"user_id": tenant})
        for slug in SLUGS:
            put(tenant, slug, f"{tenant}/{slug}/manifest.json", {"images": []})
            put(tenant, slug, f"{tenant}/{slug}/hero.png")
            put(tenant, slug, f"{tenant}/{slug}/platform/facebook_og.png")
            put(tenant, slug, f"_claims/{tenant}/{slug}.json", {"topic": slug})
            put(tenant, slug, f"_claims/{tenant}/_known/{digest(tenant, slug)[:32]}.json", {"slug": slug})
            record = f"_results/{tenant}/{slug}/hero-{digest(tenant, slug)[:32]}"
            put(tenant, slug, record)
            put(tenant, slug, f"{record}.attempt", {"at": "2026-10-01T00:00:00Z", "prediction_id": "new"})
            for number in range(2):  # the order that counts, and the one before it, which no attempt names any more
                order = f"_results/_predictions/{tenant}{slug}{number}".replace("-", "0")
                put(tenant, slug, order, {"digest": digest(tenant, slug), "at": "2026-10-01T00:00:00Z"})
        bucket.hide(f"{tenant}/{SLUGS[0]}/hero.png", NOW)
    bucket.put("others/backup.tar", b"another program's", NOW)
    return owned


def report_rows(findings: bool) -> str:
    """The rows of a report on all tenants, in SQL."""
    columns = "tenant, key, bytes" if findings else "user_id, note, bytes"
    rows = [
        (tenant, f"{tenant}/{slug}/old.png" if findings else 'says "no", or', 7)
        for tenant in TENANTS
        for slug in (SLUGS if findings else SLUGS[:1])
    ]
    return f"SELECT * FROM (VALUES {', '.join(map(str, rows))}) t({columns})"  # noqa: S608


def report_file(folder: Path, query: str, suffix: str) -> bytes:
    """Write a report as the flow does."""
    file = folder / f"rows.{suffix}"
    form = "FORMAT parquet" if suffix == "parquet" else "FORMAT csv, HEADER"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{file}' ({form})")
    return file.read_bytes()


def rows_in(folder: Path, data: bytes, suffix: str) -> list[tuple[object, ...]]:
    """Read a report."""
    file = folder / f"read.{suffix}"
    file.write_bytes(data)
    read = "read_parquet" if suffix == "parquet" else "read_csv"
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT * FROM {read}('{file}') ORDER BY ALL").fetchall()  # noqa: S608
