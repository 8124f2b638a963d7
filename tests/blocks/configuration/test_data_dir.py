"""Paths of this machine's files."""

from pathlib import Path

from blocks.configuration.data_dir import DataDir


def test_files_of_an_earlier_version_are_found() -> None:
    """Records, pictures that wait and pages lie where every version has written them, each below the same folder."""
    data = DataDir(Path("/data"))
    places = (
        data.records_of("b2"), data.brand("b2", "acme"), data.spool, data.locks, data.logs, data.storage,
        data.page("acme", "tea"), data.old_addresses("b2"), data.kept_pictures,
    )  # fmt: skip
    assert [path.relative_to("/data").as_posix() for path in places] == [
        "results/_b2", "results/_brands/b2/acme.json", "spool", "locks", "logs", "storage",
        "gallery/acme/tea.html", "migrations/b2.sqlite", "migrations/kept",
    ]  # fmt: skip
