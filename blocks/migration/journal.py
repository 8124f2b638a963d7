"""The journal of old addresses in the bucket: what one machine has done, all others know."""

import time
from contextlib import suppress

from blocks.migration.state import State
from blocks.storage.bucket import ImageStore
from imaging.errors import StorageError
from imaging.names import record_paths

_PART = 1000  # entries
_SECONDS = 15.0  # between two parts: of a machine that is lost, what it has done since is done again, at no cost


class Journal:
    """Keeps `state` and the bucket's journal alike. `run_id` names the parts that it
    writes: another one each time, as a flow run that was killed may be run again."""

    def __init__(self, state: State, store: ImageStore, run_id: str) -> None:
        self._state = state
        self._store = store
        self._run_id = run_id
        self._number = 0
        self._tenants: set[str] = set()
        self._written_at = time.monotonic()

    def meet(self, user_id: str) -> None:
        """Read what other machines have noted of a tenant, once. Raises StorageError."""
        if user_id in self._tenants:
            return
        folder = record_paths.record_key(record_paths.migrations_folder(user_id))
        where = self._store.private or self._store
        there = {key.removeprefix(folder): key for key in where.list(folder)}
        if self._state.parts(user_id) - there.keys():
            # The tenant was erased, or one of its articles: what is there by now is read again.
            self._state.forget(user_id, whole=not there)
        for name in sorted(there.keys() - self._state.parts(user_id)):
            self._state.learn(user_id, name, self._store.get(there[name]) or b"")
        self._tenants.add(user_id)

    def write_now_and_then(self) -> None:
        """Write what is new, if enough or long enough ago. Trouble with the bucket is left to the next time."""
        late = time.monotonic() - self._written_at > _SECONDS
        if late or self._state.count_unwritten() >= _PART:
            with suppress(StorageError):
                self.write()

    def write(self) -> None:
        """Write what is new. Raises StorageError."""
        self._written_at = time.monotonic()
        while new := self._state.unwritten(_PART):
            user_id, data = new
            self._number += 1
            path = record_paths.migration_path(user_id, self._run_id, self._number)
            self._store.put(record_paths.record_key(path), data, "application/json", "no-store", {})
            name = path.removeprefix(record_paths.migrations_folder(user_id))
            self._state.written(user_id, name, data)
