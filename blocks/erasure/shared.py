"""Documents that name other tenants or articles too: written anew without the target, and old versions deleted."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from blocks.erasure.places import counted
from blocks.erasure.shelves import Shelf
from blocks.storage.versions import ObjectVersion
from blocks.usage.files import CONTENT_TYPES
from blocks.usage.listing import at_once
from imaging.erasure.documents import Cleaned, cleaned_json
from imaging.erasure.report import Found
from imaging.erasure.target import Target
from imaging.names import keys
from imaging.names.record_paths import BACKLOG, MIGRATIONS, SPEND, record_key


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents of one shelf that may name the target, below `prefixes`. `slugs`: those of the target.

    `locked`: held while they are written.
    """

    target: Target
    shelf: Shelf
    prefixes: Sequence[str]
    slugs: frozenset[str]
    locked: Callable[[], AbstractContextManager[object]]

    @property
    def place(self) -> str:
        """The name of the place."""
        return f"documents that name others too: {self.shelf.name}"

    def find(self) -> Found:
        """Count the versions that name the target."""
        return counted(self.place, (version for version, _ in self._naming()))

    def empty(self) -> None:
        """Write the current ones anew without the target; then delete the other versions that name it."""
        if next(self._naming(), None) is None:
            return  # then nobody has to wait for the lock
        with self.locked():
            for version, (key, rest) in self._naming():
                if version.is_latest and rest is not None:
                    self.shelf.write(key, rest, CONTENT_TYPES[key.rpartition(".")[2]])
                if rest is None or key != version.key:
                    self.shelf.delete(version)
            # By a second look: in a bucket that keeps no versions, what was written has taken the place of the old.
            for version, _ in self._naming():
                if not version.is_latest:
                    self.shelf.delete(version)

    def _naming(self) -> Iterator[tuple[ObjectVersion, Cleaned]]:
        for prefix in self.prefixes:
            for version, data in at_once(self.shelf.read, self.shelf.listed(prefix)):
                if data and (cleaned := self._cleaned(version.key, data)):
                    yield version, cleaned

    def _cleaned(self, key: str, data: bytes) -> Cleaned | None:
        if key.endswith(".json"):
            return cleaned_json(self.target, self.slugs, key, data)
        rest = rows_without(self.target, key, data) if key.endswith((".csv", ".parquet")) else None
        return None if rest is None else (key, rest)


def shared_prefixes(target: Target) -> list[str]:
    """Return where such documents are."""
    prefixes = [keys.reports_folder(None), f"{record_key(BACKLOG)}/"]
    if target.slug is not None:
        prefixes += [keys.reports_folder(target.user_id)]
        prefixes += [f"{record_key(target.user_id)}/{folder}/" for folder in (SPEND, BACKLOG, MIGRATIONS)]
    return prefixes


def rows_without(target: Target, key: str, data: bytes) -> bytes | None:
    """Return a report's CSV or Parquet file without the target's rows, None where it has none."""
    findings = ".findings." in key
    if target.slug is None:
        its = f"{'tenant' if findings else 'user_id'} = '{target.user_id}'"
    elif findings:
        its = f"tenant = '{target.user_id}' AND starts_with(key, '{target.folder}')"
    else:
        return None
    with TemporaryDirectory(prefix="article-images-erase-") as folder, duckdb.connect() as connection:
        before, after = (Path(folder) / f"{name}.{key.rpartition('.')[2]}" for name in ("before", "after"))
        before.write_bytes(data)
        is_csv = before.suffix == ".csv"
        rows = f"read_csv('{before}', header = true, all_varchar = true)" if is_csv else f"read_parquet('{before}')"
        try:
            if not connection.execute(f"SELECT count(*) FROM {rows} WHERE {its}").fetchall()[0][0]:  # noqa: S608
                return None
        except duckdb.Error:  # no file of ours, or broken: then it is no report that anybody reads
            return None
        form = "FORMAT csv, HEADER" if is_csv else "FORMAT parquet"
        connection.execute(f"COPY (SELECT * FROM {rows} WHERE ({its}) IS NOT TRUE) TO '{after}' ({form})")  # noqa: S608
        return after.read_bytes()
