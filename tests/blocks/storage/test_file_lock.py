"""Locks between the processes of a machine."""

from pathlib import Path

import pytest

from blocks.storage.file_lock import file_lock, lock_file, unlock_file


def test_a_lock_keeps_others_out_until_its_context_ends(tmp_path: Path) -> None:
    """Who does not wait is refused while another holds the lock, and gets it afterwards; the file is ours alone."""
    path = tmp_path / "lock"
    with file_lock(path):
        assert path.stat().st_mode & 0o077 == 0
        with pytest.raises(BlockingIOError), file_lock(path, wait=False):
            pass
        with pytest.raises(BlockingIOError), file_lock(path, shared=True, wait=False):
            pass
    with file_lock(path, wait=False):
        pass


def test_a_shared_lock_lets_in_those_that_share(tmp_path: Path) -> None:
    """Several share a lock; nobody gets it alone before the last has gone, and a lock can change its kind."""
    path = tmp_path / "lock"
    with file_lock(path, shared=True) as one:
        with file_lock(path, shared=True, wait=False) as other:
            with pytest.raises(BlockingIOError):
                lock_file(one, wait=False)
            unlock_file(other)
            lock_file(one, wait=False)
        with pytest.raises(BlockingIOError), file_lock(path, shared=True, wait=False):
            pass
