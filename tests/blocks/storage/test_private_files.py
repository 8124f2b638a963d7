"""Files for their owner alone."""

import os
import stat
from pathlib import Path

from blocks.storage.private_files import make_private_folder, write_private


def test_new_files_are_private_and_old_folders_are_left_alone(tmp_path: Path) -> None:
    """Whatever the umask, what is made is for its owner; a folder that is there is the operator's to open or close."""
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        write_private(tmp_path / "a" / "b" / "c.json", b"{}")
        make_private_folder(tmp_path)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / part).stat().st_mode) for part in (".", "a", "a/b", "a/b/c.json")]
    assert modes == [0o755, 0o700, 0o700, 0o600]
