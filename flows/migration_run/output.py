"""What a migration leaves for people: the rewrite map, and rewritten copies of the source's files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blocks.migration.sources.source import Unread
from blocks.migration.state import State
from flows.migration_run.links import Linked, LinkedRecords
from imaging.errors import InvalidInput
from imaging.migration import maps
from imaging.migration.finding import found_in, found_in_page
from imaging.migration.maps import Row
from imaging.migration.record import Record
from imaging.migration.report import MigrationReport
from imaging.migration.rewriting import rewritten, spellings_in


@dataclass(slots=True)
class Rewriter:
    """Rewrites texts of a source by what is known of their addresses. `left`: addresses that could not be replaced."""

    records: LinkedRecords
    state: State = field(repr=False)
    tenants: Sequence[str]
    left: int = 0

    def __call__(self, text: str, record: Record | None) -> str:
        """Return a text with its moved addresses replaced."""
        if "//" not in text and "data:" not in text:
            return text
        addresses = self._addresses(text, record)
        users = self._users(record)
        new = {address: moved for address in addresses if (moved := self._new(users, address))}
        changed = rewritten(text, new)
        self.left += len(new.keys() & self._addresses(changed, record)) if new else 0
        return changed

    def _addresses(self, text: str, record: Record | None) -> set[str]:
        found = found_in_page(text) if record and record.is_html else found_in(text)
        return {one.address for one in found if one.address}

    def _users(self, record: Record | None) -> Sequence[str]:
        whose = self.records.user_of(record) if record else None
        return [whose] if whose else self.tenants

    def _new(self, users: Sequence[str], address: str) -> str | None:
        outcomes = (self.state.find(user_id, address) for user_id in users)
        return next((outcome.new for outcome in outcomes if outcome and outcome.new), None)


def write_copies(records: LinkedRecords, folder: Path, rewriter: Rewriter) -> tuple[int, list[str]]:
    """Write rewritten copies below `folder`; return their number, and problems. Raises InvalidInput."""
    written = sum(1 for _ in records.source.rewritten(folder, rewriter))
    left = (
        [f"{rewriter.left} addresses were moved, but could not be rewritten where they stand"] if rewriter.left else []
    )
    return written, left


def write_map(
    path: Path,
    records: LinkedRecords,
    state: State,
    report: MigrationReport,
    *,
    table: str | None = None,
    column: str | None = None,
) -> None:
    """Write the rewrite map in the format of its suffix. It takes its place when it is whole. Raises InvalidInput."""
    draft = path.with_name(f".{path.name[-100:]}.part")  # the next run writes over that of a killed one
    rows = map_rows(records, state, column, spell=path.suffix.lower() == ".sql")
    try:
        with draft.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            if path.suffix.lower() == ".csv":
                maps.write_csv(out, rows)
            elif path.suffix.lower() == ".json":
                maps.write_json(out, rows, report)
            else:
                maps.write_sql(out, rows, table or "")
        draft.replace(path)
    except OSError as error:
        raise InvalidInput(f"--map: {path} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def map_rows(records: LinkedRecords, state: State, column: str | None, *, spell: bool) -> Iterator[Row]:
    """Yield a row for each address in each record. `spell`: with the spellings that it has there."""
    for linked in records:
        if not isinstance(linked, Unread):
            yield from _rows_of(linked, state, column, spell=spell)


def _rows_of(linked: Linked, state: State, column: str | None, *, spell: bool) -> Iterator[Row]:
    for link in linked.links:
        outcome = state.find(linked.article.user_id, link.address)
        value = linked.record.values.get(link.field)
        spelled = spellings_in(value, link.address) if spell and isinstance(value, str) else []
        yield Row(
            old=link.address,
            new=outcome.new if outcome else None,
            status=outcome.status if outcome else "later",
            where=linked.where(link),
            why=outcome.why if outcome else "not reached yet: run again",
            column=column or link.field,
            key=linked.record.key,
            spellings=tuple(spelled) or (link.address,),
        )


def checked_output(source: str, map_file: str | None, rewrite_dir: str | None, table: str | None) -> None:
    """Raise InvalidInput for output that would overwrite the source or be read with it, or has no known format."""
    if map_file is not None:
        if Path(map_file).suffix.lower() not in maps.SUFFIXES:
            raise InvalidInput(f"--map: {map_file} must end in {', '.join(maps.SUFFIXES)}")
        if Path(map_file).suffix.lower() == ".sql" and table is None:
            raise InvalidInput("--table: names the table of the UPDATEs; --map FILE.sql needs it")
        if Path(map_file).resolve() == Path(source):
            raise InvalidInput("--map: is the source itself; name another file")
    if table is not None:
        maps.checked_table(table)
    if rewrite_dir is not None:
        folder, original = Path(rewrite_dir).resolve(), Path(source)
        home = original if original.is_dir() else original.parent
        if folder == home or (original.is_dir() and (home in folder.parents or folder in home.parents)):
            raise InvalidInput(f"--rewrite: {rewrite_dir} and the source lie in each other; choose another folder")
