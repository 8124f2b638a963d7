"""The report as files in the bucket, below `_reports/`: JSON, CSV and Parquet, for each tenant and for all."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from blocks.storage.bucket import ImageStore
from blocks.usage.listing import at_once
from blocks.usage.measurement import Measurement
from imaging.names import keys
from imaging.usage.report import TenantUsage, flat_row

CONTENT_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_FINDINGS = "SELECT finding, tenant, key, bytes, make_timestamp(modified) AS modified FROM findings"


def write_reports(store: ImageStore, measurement: Measurement, *, whole: bool) -> int:
    """Write the report of each tenant and, if `whole`, that of all. Return how many files. Raises StorageError."""
    report = measurement.report
    scopes: list[TenantUsage | None] = [*report.tenants, *([None] if whole else [])]
    files = (
        (keys.report_key(tenant.user_id if tenant else None, report.month, suffix), data)
        for tenant in scopes
        for suffix, data in _files(measurement, tenant)
    )
    return sum(1 for _ in at_once(lambda file: _put(store, *file), files))


def _put(store: ImageStore, key: str, data: bytes) -> None:
    store.put(key, data, CONTENT_TYPES[key.rpartition(".")[2]], "no-store", {})


def _files(measurement: Measurement, tenant: TenantUsage | None) -> Iterator[tuple[str, bytes]]:
    """Yield the suffixes and contents of a report's files; what was found in single objects has its own two."""
    report, tables = measurement.report, measurement.tables
    document: BaseModel = report if tenant is None else tenant
    yield "json", document.model_dump_json(indent=1).encode()
    rows = [flat_row(one, report.month) for one in (report.tenants if tenant is None else [tenant])]
    lines = tables.folder / "rows.json"
    lines.write_text("\n".join(map(json.dumps, rows)))
    source = f"SELECT * FROM read_json('{lines}', format = 'newline_delimited', columns = {_columns(rows)})"  # noqa: S608
    found = _FINDINGS if tenant is None else f"{_FINDINGS} WHERE tenant = '{tenant.user_id}'"
    for name, query in (("", source), ("findings.", f"{found} ORDER BY tenant, finding, key")):
        for suffix in ("csv", "parquet") if rows else ():
            yield f"{name}{suffix}", _written(measurement, query, tables.folder / f"report.{suffix}")


def _written(measurement: Measurement, query: str, file: Path) -> bytes:
    measurement.tables.write(query, file)
    data = file.read_bytes()
    file.unlink()
    return data


def _columns(rows: list[dict[str, str | int | float | None]]) -> str:
    """Return the columns' types: the same in every file, whatever its values are."""
    types = {str: "VARCHAR", type(None): "VARCHAR", int: "BIGINT", float: "DOUBLE"}
    columns = ", ".join(f"'{name}': '{types[type(value)]}'" for name, value in (rows[0].items() if rows else ()))
    return f"{{{columns}}}"
