"""What is known of old addresses: a SQLite file on this machine, and its journal in the bucket.

The file answers for a million addresses without holding them in memory, and is written with each address that is done:
a run that is killed goes on behind it. The journal is for all machines: small parts, each written once, under the
tenant's records. The bucket's word counts. What it no longer has (a tenant was erased) this machine forgets, and what
another machine has added is read before the first address of that tenant.

An address is known by its tenant and a hash: whichever source names it, it is asked for once.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from blocks.migration import sql
from blocks.storage.private_files import make_private_folder
from imaging.migration.report import Outcome, Status
from imaging.record import Image

_ENTRIES = TypeAdapter(list[tuple[str, Outcome]])


@dataclass(frozen=True, slots=True)
class Seen:
    """An address of the source, as it may be shown, with its place and what became of it."""

    old: str
    where: str
    status: Status
    why: str


_ROW = "?, ?, ?, ?, ?, ?, ?, ?"


def _row(digest: bytes, user_id: str, outcome: Outcome, part: str | None) -> tuple[object, ...]:
    return digest, user_id, outcome.status, outcome.new, outcome.key, outcome.why, outcome.cost_usd, part


def digest_of(user_id: str, address: str) -> bytes:
    """Return the hash by which a tenant's address is known."""
    return hashlib.sha256(f"{user_id}\n{address}".encode(errors="replace")).digest()[:16]


def _erasable(folder: str) -> tuple[tuple[str, str], ...]:
    """Return the tables that tell of pictures, and the condition for a tenant's and (if given) a folder's rows."""
    its = "WHERE user_id = ? AND instr({}, ?) = 1" if folder else "WHERE user_id = ? AND ? = ''"
    return ("links", its.format("key")), ("stored", its.format("json_extract(image, '$.key')"))


class State:
    """What is known of old addresses on this machine, and which of them this run has seen. Thread-safe.

    `dry_run`: what is found out is forgotten at the end.
    """

    def __init__(self, path: Path, *, dry_run: bool = False) -> None:
        make_private_folder(path.parent)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
        path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA temp_store=FILE")
        self._schema: Literal["temp", "main"] = "temp" if dry_run else "main"
        for schema in {"main", self._schema}:
            self._db.executescript(sql.TABLES.format(schema=schema))
        self._db.executescript(sql.SEEN)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def see(self, links: Iterable[tuple[str, str, str, str]]) -> None:
        """Note addresses of the source: tenant, address, address as it may be shown, and place; the first one stays."""
        rows = [(digest_of(user_id, address), user_id, old, where) for user_id, address, old, where in links]
        with self._transaction() as db:
            db.executemany("INSERT OR IGNORE INTO temp.seen VALUES (?, ?, ?, ?)", rows)

    def find(self, user_id: str, address: str) -> Outcome | None:
        """Return what became of an address."""
        for schema in dict.fromkeys([self._schema, "main"]):
            with self._lock:
                row = self._db.execute(
                    f"SELECT status, new, key, why, cost FROM {schema}.links WHERE digest = ?",  # noqa: S608 - our word
                    [digest_of(user_id, address)],
                ).fetchone()
            if row:
                return Outcome(status=row[0], new=row[1], key=row[2], why=row[3], cost_usd=row[4])
        return None

    def note(self, user_id: str, outcomes: Iterable[tuple[str, Outcome]]) -> None:
        """Write down what became of a tenant's addresses: all of them, or none."""
        rows = [_row(digest_of(user_id, address), user_id, outcome, None) for address, outcome in outcomes]
        with self._transaction() as db:
            db.executemany(f"INSERT OR REPLACE INTO {self._schema}.links VALUES ({_ROW})", rows)  # noqa: S608
            db.executemany("DELETE FROM main.stored WHERE digest = ?", [row[:1] for row in rows])

    def keep(self, user_id: str, address: str, image: Image) -> None:
        """Write down a picture that is stored and not in its article's manifest yet."""
        with self._transaction() as db:
            values = [digest_of(user_id, address), user_id, image.model_dump_json()]
            db.execute("INSERT OR REPLACE INTO main.stored VALUES (?, ?, ?)", values)

    def kept(self, user_id: str, address: str) -> Image | None:
        """Return the picture of an address that is stored and not in its article's manifest yet."""
        with self._lock:
            query = "SELECT image FROM main.stored WHERE digest = ?"
            row = self._db.execute(query, [digest_of(user_id, address)]).fetchone()
        return Image.model_validate_json(row[0]) if row else None

    # The journal.

    def unwritten(self, most: int) -> tuple[str, bytes] | None:
        """Return a tenant and up to so many of its entries that no part of the journal has; None if all are written."""
        with self._lock:
            first = self._db.execute("SELECT user_id FROM main.links WHERE part IS NULL LIMIT 1").fetchone()
            rows = (
                first
                and self._db.execute(
                    "SELECT digest, status, new, key, why, cost FROM main.links"
                    " WHERE part IS NULL AND user_id = ? LIMIT ?",
                    [first[0], most],
                ).fetchall()
            )
        if not rows:
            return None
        entries = [
            (digest.hex(), Outcome(status=status, new=new, key=key, why=why, cost_usd=cost))
            for digest, status, new, key, why, cost in rows
        ]
        return first[0], _ENTRIES.dump_json(entries)

    def count_unwritten(self) -> int:
        """Return how many entries no part of the journal has."""
        with self._lock:
            return int(self._db.execute("SELECT COUNT(*) FROM main.links WHERE part IS NULL").fetchone()[0])

    def written(self, user_id: str, part: str, data: bytes) -> None:
        """Note that the journal has a part with these entries, but for those that have changed since."""
        entries = _ENTRIES.validate_json(data)
        with self._transaction() as db:
            db.executemany(
                "UPDATE main.links SET part = ? WHERE digest = ? AND status = ?",
                [(part, bytes.fromhex(digest), outcome.status) for digest, outcome in entries],
            )
            db.execute("INSERT OR IGNORE INTO main.parts VALUES (?, ?)", [user_id, part])

    def parts(self, user_id: str) -> set[str]:
        """Return the parts of the tenant's journal that this machine knows."""
        with self._lock:
            rows = self._db.execute("SELECT name FROM main.parts WHERE user_id = ?", [user_id]).fetchall()
        return {name for (name,) in rows}

    def learn(self, user_id: str, part: str, data: bytes) -> None:
        """Take over a part of the journal that another machine wrote; one that cannot be read counts as empty."""
        try:
            entries = _ENTRIES.validate_json(data)
        except ValidationError:
            entries = []
        rows = [_row(bytes.fromhex(digest), user_id, outcome, part) for digest, outcome in entries]
        with self._transaction() as db:
            db.executemany(f"INSERT INTO main.links VALUES ({_ROW}){sql.LEARNT}", rows)  # noqa: S608
            db.execute("INSERT OR IGNORE INTO main.parts VALUES (?, ?)", [user_id, part])

    def forget(self, user_id: str, *, whole: bool) -> None:
        """Forget a tenant's addresses and the parts of its journal; if `whole`, pictures not in a manifest yet too."""
        with self._transaction() as db:
            for table in ("links", "parts", *(["stored"] if whole else [])):
                db.execute(f"DELETE FROM main.{table} WHERE user_id = ?", [user_id])  # noqa: S608

    def count(self, user_id: str, folder: str = "") -> int:
        """Return how many of a tenant's addresses are known, or of those whose picture is below a folder."""
        queries = [f"SELECT COUNT(*) FROM main.{table} {where}" for table, where in _erasable(folder)]  # noqa: S608
        with self._lock:
            return sum(int(self._db.execute(query, [user_id, folder]).fetchone()[0]) for query in queries)

    def erase(self, user_id: str, folder: str = "") -> int:
        """Forget a tenant's addresses, or those below a folder, so that the file does not hold them; return how many.

        With a folder the journal is no longer known: it is read again, as it has been written anew.
        """
        number = self.count(user_id, folder)
        with self._transaction() as db:
            for table, where in _erasable(folder):
                db.execute(f"DELETE FROM main.{table} {where}", [user_id, folder])  # noqa: S608
            db.execute("DELETE FROM main.parts WHERE user_id = ?", [user_id])
        with self._lock:
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return number

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # The report.

    def counts(self) -> dict[Status, int]:
        """Return the numbers of the addresses of this run's source, by what became of them."""
        return {row[0]: row[1] for row in self._rows("SELECT l.status, COUNT(*) {joined} GROUP BY l.status")}

    def seen(self) -> int:
        """Return how many addresses this run's source has."""
        return int(next(self._rows("SELECT COUNT(*) FROM seen"))[0])

    def trouble(self, most: int) -> list[Seen]:
        """Return the first of this run's addresses that are not at a new place."""
        query = (
            "SELECT s.old, s.place, l.status, l.why {joined} WHERE l.status NOT IN ('moved', 'remade')"
            f" ORDER BY l.status, s.place LIMIT {most}"
        )
        return [Seen(*row) for row in self._rows(query)]

    def _rows(self, query: str) -> Iterator[Any]:
        first = f"{self._schema}.links"
        joined = f"FROM seen s JOIN {first} l ON l.digest = s.digest"
        if self._schema == "temp":  # what an earlier run has found out, save where this one has another word
            joined = (
                "FROM seen s JOIN (SELECT digest, status, why FROM temp.links UNION ALL SELECT digest, status, why"
                " FROM main.links WHERE digest NOT IN (SELECT digest FROM temp.links)) l ON l.digest = s.digest"
            )
        with self._lock:
            return iter(self._db.execute(query.format(joined=joined)).fetchall())
