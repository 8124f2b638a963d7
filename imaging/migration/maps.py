"""The rewrite map: old and new address, status and place; as CSV, JSON, or SQL for a table."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from imaging.errors import InvalidInput
from imaging.migration.report import MigrationReport, Status

SUFFIXES = (".csv", ".json", ".sql")
_LIKE = 200  # characters of an address that are looked for
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")


@dataclass(frozen=True, slots=True)
class Row:
    """One address in one place. `spellings`: how it stands there; `column`, `key`: which column and row that is."""

    old: str
    new: str | None
    status: Status
    where: str
    why: str
    column: str = ""
    key: tuple[str, str] | None = None
    spellings: tuple[str, ...] = ()

    def as_link(self) -> str:
        """Return the row as JSON."""
        link = {"old": self.old, "new": self.new, "status": self.status, "where": self.where, "why": self.why}
        return json.dumps(link, ensure_ascii=False)


def checked_table(name: str) -> str:
    """Return the name of a table or column. Raises InvalidInput."""
    if not _PLAIN.fullmatch(name):
        raise InvalidInput(f"--table: {name!r} must be the name of a table: letters, digits and _")
    return name


def write_csv(out: TextIO, rows: Iterable[Row]) -> None:
    """Write the map as CSV with a header."""
    writer = csv.writer(out)
    writer.writerow(["old", "new", "status", "where", "why"])
    writer.writerows([row.old, row.new or "", row.status, row.where, row.why] for row in rows)


def write_json(out: TextIO, rows: Iterable[Row], report: MigrationReport) -> None:
    """Write status, cost and counts, and each address as one line of `links`."""
    head = report.model_dump(include={"status", "cost_usd", "counts"})
    out.write(json.dumps(head)[:-1] + ', "links": [')
    comma = "\n "
    for row in rows:
        out.write(comma + row.as_link())
        comma = ",\n "
    out.write("]}\n")


def write_sql(out: TextIO, rows: Iterable[Row], table: str) -> None:
    """Write an UPDATE for each spelling of each address that has a new one: for MySQL, PostgreSQL and SQLite."""
    out.write("-- Made by article-images migrate. Look at it before you run it, and have a backup.\nBEGIN;\n")
    seen: set[int] = set()
    for row in rows:
        for update in _updates(row, table):
            if row.key is None and hash(update) in seen:
                continue  # without a key each covers the whole table
            seen.add(hash(update))
            out.write(update)
    out.write("COMMIT;\n")


def _updates(row: Row, table: str) -> Iterator[str]:
    for old in row.spellings if row.new else ():
        column, literal = _name(row.column), _quoted(old)
        changed = f"REPLACE({column}, {literal}, {_quoted(row.new or '')})"
        if row.key:
            where = f"{_name(row.key[0])} = {_quoted(row.key[1])}"
        else:
            where = f"{column} LIKE {_pattern(old)} ESCAPE '!'"
        yield f"UPDATE {table} SET {column} = {changed} WHERE {where};\n"  # noqa: S608 - for people to look at


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    """Return text as a literal. No backslash is left in it that MySQL would take for an escape."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def _pattern(text: str) -> str:
    return _quoted("%" + re.sub("([!%_])", r"!\1", text[:_LIKE]) + "%")
