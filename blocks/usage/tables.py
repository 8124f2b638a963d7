"""The database of one measurement: versions of objects, and what manifests name, on disk and with little memory.

DuckDB sorts and joins what does not fit into memory on disk, so a million objects take as much memory as a thousand.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from imaging.names import keys
from imaging.validation import USER_ID

_MEMORY = "256MB"
_BATCH = 10_000  # rows that are handed over at once
_ROWS_READ = 1_000

_TABLES = f"""
CREATE TABLE listed (
    seq BIGINT, bucket VARCHAR, key VARCHAR, version VARCHAR, etag VARCHAR, bytes BIGINT, modified BIGINT,
    latest BOOLEAN, hides BOOLEAN
);
CREATE TABLE named (tenant VARCHAR, slug VARCHAR, key VARCHAR, kind VARCHAR);
CREATE TABLE articles (tenant VARCHAR, slug VARCHAR, status VARCHAR);
CREATE MACRO valid(name) AS regexp_full_match(name, '{USER_ID.strip("^$")}');
CREATE MACRO area(key) AS split_part(key, '/', 1);
CREATE MACRO ours(key) AS area(key) IN ('{keys.RESULTS_FOLDER}', '{keys.CLAIMS_FOLDER}', '{keys.REPORTS_FOLDER}');
CREATE MACRO tenant_in(key) AS split_part(key, '/', CASE WHEN ours(key) THEN 2 ELSE 1 END);
"""

# `place`: what an object is. A version that a page has listed twice counts once; `rank` 1 is the current one.
_OBJECTS = """
CREATE TABLE objects AS
WITH versions AS (
    SELECT min(seq) AS seq, bucket, key, version, any_value(etag) AS etag, any_value(bytes) AS bytes,
        any_value(modified) AS modified, bool_or(latest) AS latest, any_value(hides) AS hides
    FROM listed WHERE modified < $ends GROUP BY bucket, key, version
)
SELECT bucket, key, version, etag, bytes, modified, hides,
    row_number() OVER (PARTITION BY bucket, key ORDER BY modified DESC, latest DESC, seq) = 1 AS current,
    CASE WHEN contains(key, '/') AND valid(tenant_in(key)) THEN tenant_in(key) END AS tenant,
    split_part(key, '/', 2) AS slug,
    CASE
        WHEN ours(key) THEN 'record'
        WHEN regexp_full_match(key, '[^/]+/[^/]+/manifest[.]json') THEN 'manifest'
        WHEN regexp_full_match(key, '[^/]+/[^/]+/gallery[.]html') THEN 'page'
        WHEN split_part(key, '/', 2) = 'branding' THEN 'brand'
        ELSE 'picture'
    END AS place
FROM versions;
"""


class Tables:
    """The tables of one measurement. Not thread-safe."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder
        self._rows: dict[str, list[Sequence[Any]]] = {}

    def add(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows to one of the tables `listed`, `named` and `articles`."""
        waiting = self._rows.setdefault(table, [])
        waiting.extend(rows)
        if len(waiting) >= _BATCH:
            self._hand_over(table)

    def close_listing(self, ends: int) -> None:
        """Build the table `objects` from all that was listed and is older than `ends` (microseconds since 1970)."""
        self._hand_over("listed")
        self._connection.execute(_OBJECTS, {"ends": ends})

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a query whose answer is small."""
        for table in list(self._rows):
            self._hand_over(table)
        return self._connection.execute(query, values or None).fetchall()

    def each(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query whose answer may be large, while others are asked."""
        cursor = self._connection.cursor()
        cursor.execute(query)
        while some := cursor.fetchmany(_ROWS_READ):
            yield from some
        cursor.close()

    def write(self, query: str, file: Path) -> None:
        """Write the rows of a query as Parquet or CSV, by the file's suffix."""
        form = "FORMAT parquet" if file.suffix == ".parquet" else "FORMAT csv, HEADER"
        self._connection.execute(f"COPY ({query}) TO '{file}' ({form})")

    def _hand_over(self, table: str) -> None:
        rows = self._rows.pop(table, [])
        if not rows:
            return
        columns = {f"c{at}": _column(values) for at, values in enumerate(zip(*rows, strict=True))}
        self._connection.register("handed_over", columns)
        self._connection.execute(f"INSERT INTO {table} SELECT * FROM handed_over")  # noqa: S608 - our own names
        self._connection.unregister("handed_over")


def _column(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    return np.array(values, dtype=object) if isinstance(values[0], str | None) else np.array(values)


@contextmanager
def opened_tables() -> Iterator[Tables]:
    """Open empty tables in a folder of their own, which is deleted at the end."""
    with TemporaryDirectory(prefix="article-images-usage-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY, "threads": 2, "temp_directory": f"{folder}/spilled",
            "preserve_insertion_order": False, "autoinstall_known_extensions": False,
        }  # fmt: skip
        with duckdb.connect(f"{folder}/usage.duckdb", config=settings) as connection:
            connection.execute(_TABLES)
            yield Tables(connection, Path(folder))
