"""Files for their owner alone."""

import os
import stat
from pathlib import Path

from blocks.storage.private_files import keep_out_of_git, make_private_folder, write_private


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


def test_git_ignores_the_data_of_this_machine_and_nothing_else(tmp_path: Path) -> None:
    """The folder in a site's repository is ignored; what stands in it is not replaced, nor is a folder of others."""
    data, own = tmp_path / ".article-images", tmp_path / "content"
    for folder in (data, own):
        folder.mkdir()
        keep_out_of_git(folder)
    assert (data / ".gitignore").read_text() == "*\n"
    assert not (own / ".gitignore").exists()
    (data / ".gitignore").write_text("logs\n")
    keep_out_of_git(data)
    assert (data / ".gitignore").read_text() == "logs\n"
    keep_out_of_git(tmp_path / "gone" / ".article-images")
