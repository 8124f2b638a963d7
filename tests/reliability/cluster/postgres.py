"""A PostgreSQL cluster of one's own, in a folder, for as long as the context lasts."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blocks.network.ports import free_port

HOW = (
    "PostgreSQL's server is not found: install it (Debian: apt-get install postgresql), or put the folder of its"
    " programs initdb and pg_ctl on the PATH"
)
_DEBIAN = "usr/lib/postgresql"
_USER = "prefect"


class NoPostgres(Exception):
    """This machine has no PostgreSQL server. The message says how to get one."""


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run PostgreSQL over `folder`, which must not exist yet; yield its address for Prefect's server.

    Raises NoPostgres.
    """
    programs = _programs()
    folder.mkdir()
    run = _as_its_user(folder)
    port = free_port()
    with (folder / "initdb.log").open("w") as log:
        subprocess.run(
            [*run, str(programs / "initdb"), "-D", str(folder / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8"],
            check=True, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200"
    control = [*run, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    started = [*control, "-l", str(folder / "data" / "log"), "-o", options, "start"]
    subprocess.run(started, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        yield f"postgresql+asyncpg://{_USER}@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=True, stdout=subprocess.DEVNULL, cwd=folder)


def _programs() -> Path:
    """Return the folder of initdb and pg_ctl; Debian keeps them off the PATH. Raises NoPostgres."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/", _DEBIAN).glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise NoPostgres(HOW)


def _as_its_user(folder: Path) -> list[str]:
    """Return what to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return []
    shutil.chown(folder, "postgres", "postgres")  # the package has made that user
    return ["runuser", "-u", "postgres", "--"]
