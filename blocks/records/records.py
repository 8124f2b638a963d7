"""Records: small JSON documents on what was paid for, and what became of it.

Prefect's cache fails open. A result store that does not answer reads as "not cached" and is paid for again; a
failed write is only logged. So there are two places: the bucket, which every worker sees, and this machine's
disk, which takes over where the bucket does not answer. A record that only the disk has is handed to the bucket
as soon as it is read again.
"""

from contextlib import suppress
from pathlib import Path

from blocks.storage.bucket import ImageStore, json_in
from blocks.storage.private_files import write_private
from imaging.errors import StorageError
from imaging.names import record_paths


class Records:
    """Records in the bucket (`store` None: not in this run) and in a folder of this machine, by their paths.

    `held`: the folder of the article whose lock this run holds. Nobody else writes there: what the run has read or
    written is not asked for again. `is_new`: no other run has ever written there. `is_alone`: this machine's folder is
    all there is, as with the embedded storage.
    """

    def __init__(
        self,
        store: ImageStore | None,
        folder: Path,
        held: str | None = None,
        *,
        is_new: bool = False,
        is_alone: bool = False,
    ) -> None:
        self._store = store
        self._folder = folder
        self._held = held
        self._is_new = is_new
        self.is_alone = is_alone
        self._known: dict[str, bytes | None] = {}  # None: the bucket has none
        self._trouble: str | None = None
        # Paths whose last write in this run reached this machine alone: what the bucket has under them is older.
        self._ahead: set[str] = set()

    @property
    def bucket_answers(self) -> bool:
        """Whether the bucket is asked at all."""
        return self._store is not None

    @property
    def trouble(self) -> str | None:
        """Why records of this run are on this machine alone, if they are."""
        return self._trouble

    def read(self, path: str) -> bytes:
        """Return the record, from the bucket or else from this machine. Raises ValueError where there is none."""
        behind = path in self._ahead
        try:
            shared = None if behind else self._read_shared(path)
        except StorageError as error:
            self._trouble = str(error)
            return self._read_local(path)  # not handed to the bucket: the bucket's may be newer
        if shared is not None:
            return shared
        local = self._read_local(path)
        self._write_shared(path, local)
        return local

    def holds(self, path: str) -> bool:
        """Return whether there is a record under `path`."""
        try:
            self.read(path)
        except ValueError:
            return False
        return True

    def write(self, path: str, content: bytes) -> bool:
        """Keep the record in the bucket and on this machine: it must be found even while the bucket is away.

        Whole or not at all. Return whether the bucket has it. Raises OSError when neither takes it.
        """
        shared = self._write_shared(path, content)
        if shared:
            with suppress(OSError):  # a full disk must not stop a run whose bucket is well
                self._write_local(path, content)
        else:
            self._write_local(path, content)
        return shared

    def shared(self, path: str) -> bytes | None:
        """Return the bucket's own record, None where it has none. Raises StorageError where that is not known."""
        if self._store is None:
            raise StorageError("the bucket does not answer in this run")
        try:
            return self._read_shared(path)
        except StorageError as error:
            self._trouble = str(error)
            raise

    def local(self, path: str) -> bytes | None:
        """Return this machine's own record, if it has one."""
        try:
            return self._read_local(path)
        except ValueError:
            return None

    def has_local(self, folder: str) -> bool:
        """Return whether this machine has records below `folder`."""
        return (self._folder / folder).is_dir()

    def keep_local(self, path: str, content: bytes) -> None:
        """Keep a record on this machine alone. Raises OSError."""
        self._write_local(path, content)

    def catch_up(self, store: ImageStore) -> None:
        """Hand the bucket, which answers again, the records that only this machine has of this run.

        Where it takes them all, the trouble is over.
        """
        self._store = store
        kept = {path: self.local(path) for path in sorted(self._ahead)}  # None: this disk did not take it either
        taken = [data is not None and self._write_shared(path, data) for path, data in kept.items()]
        if all(taken):
            self._trouble = None

    def _read_local(self, path: str) -> bytes:
        with suppress(OSError):
            local = _whole((self._folder / path).read_bytes())
            if local is not None:
                return local
        raise ValueError(f"no result under {path}")

    def _write_local(self, path: str, content: bytes) -> None:
        write_private(self._folder / path, content)

    def _read_shared(self, path: str) -> bytes | None:
        if path in self._known or (self._is_new and self._is_held(path)):
            return self._known.get(path)
        if self._store is None:
            return None
        data = self._store.get(record_paths.record_key(path))
        whole = None if data is None else _whole(data)
        if self._is_held(path):
            self._known[path] = whole
        return whole

    def _write_shared(self, path: str, content: bytes) -> bool:
        if self._store is None:
            self._ahead.add(path)
            return False
        try:
            self._store.put(record_paths.record_key(path), content, "application/json", "no-store", {})
        except StorageError as error:
            self._trouble = str(error)
            self._ahead.add(path)
            return False
        self._ahead.discard(path)
        if self._is_held(path):
            self._known[path] = content
        return True

    def _is_held(self, path: str) -> bool:
        return self._held is not None and path.startswith(f"{self._held}/")


def _whole(data: bytes) -> bytes | None:
    """Return the record, or None for one that was half written: it counts as absent, and is written again."""
    return None if json_in(data) is None else data
