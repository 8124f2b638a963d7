"""Exports in rows: CSV in any dialect, and JSON Lines."""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from blocks.migration.sources.source import Rewrite, Unread, copy_of, opened
from imaging.errors import InvalidInput
from imaging.migration.addresses import is_address
from imaging.migration.record import Record, key_of
from imaging.migration.rewriting import rewritten_json

_SAMPLE = 256 * 1024  # characters that the dialect is found from
_TOGETHER = 100  # rows that share a folder where nothing says which article they belong to
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a cell may hold a whole picture


def row_record(path: Path, number: int, values: dict[str, Any]) -> Record:
    """Return the record of a row or line; its first is number 1."""
    return Record(
        f"{path.name}: row {number}", values, values, f"{path.stem} {number // _TOGETHER + 1}", key=key_of(values)
    )


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file. A first row with an address in it is no header."""

    path: Path

    def records(self) -> Iterator[Record | Unread]:
        """Yield a record for each row. Raises InvalidInput for a file that is no CSV."""
        with opened(self.path) as file:
            reader, header, first = self._begun(file)
            try:
                for number, row in enumerate(chain(first, reader), 1):
                    yield row_record(self.path, number, _values(header, row))
            except csv.Error as error:
                yield Unread(f"{self.path.name}: line {reader.line_num}", f"the rest is not valid CSV: {error}")

    def rewritten(self, folder: Path, rewrite: Rewrite) -> Iterator[Path]:
        """Write a copy in the same dialect."""
        with opened(self.path) as file, copy_of(self.path, folder, self.path.name) as out:
            reader, header, first = self._begun(file)
            end = "\r\n" if "\r\n" in self._head() else "\n"
            writer = csv.writer(out, reader.dialect, lineterminator=end)
            if not first:
                writer.writerow(header)
            for number, row in enumerate(chain(first, reader), 1):
                record = row_record(self.path, number, _values(header, row))
                writer.writerow([rewrite(cell, record) for cell in row])
        yield folder / self.path.name

    def _head(self) -> str:
        with opened(self.path) as file:
            return file.read(_SAMPLE)

    def _begun(self, file: TextIO) -> tuple[Any, list[str], list[list[str]]]:
        """Return the reader, the names of the columns, and the first row where that is no header."""
        head = self._head().splitlines()
        dialect: Any = csv.excel_tab if self.path.suffix.lower() == ".tsv" else csv.excel
        try:
            dialect = csv.Sniffer().sniff(head[0][:4000] if head else "", ",;\t|")
            dialect.doublequote, dialect.skipinitialspace = True, False
        except csv.Error:
            pass  # one column
        reader = csv.reader(file, dialect, strict=False)
        try:
            header = next(reader)
        except (StopIteration, csv.Error):
            raise InvalidInput(f"SOURCE: {self.path} has no rows") from None
        if any(is_address(cell.strip()) for cell in header):
            return reader, [f"column{number}" for number in range(1, len(header) + 1)], [header]
        return reader, header, []


def _values(header: list[str], row: list[str]) -> dict[str, Any]:
    names = [*header, *(f"column{number}" for number in range(len(header) + 1, len(row) + 1))]
    return dict(zip(names, row, strict=False))


@dataclass(frozen=True, slots=True)
class Lines:
    """A JSON Lines file."""

    path: Path

    def records(self) -> Iterator[Record | Unread]:
        """Yield a record for each line."""
        with opened(self.path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield self._record(number, line)

    def _record(self, number: int, line: str) -> Record | Unread:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return Unread(f"{self.path.name}: line {number}", "is not valid JSON")
        return row_record(self.path, number, value if isinstance(value, dict) else {"url": value})

    def rewritten(self, folder: Path, rewrite: Rewrite) -> Iterator[Path]:
        """Write a copy; what does not change stays as it is spelled."""
        with opened(self.path) as file, copy_of(self.path, folder, self.path.name) as out:
            for number, line in enumerate(file, 1):
                read = self._record(number, line) if line.strip() else None
                record = read if isinstance(read, Record) else None
                out.write(rewritten_json(line, lambda value, of=record: rewrite(value, of)))  # type: ignore[misc]
        yield folder / self.path.name
