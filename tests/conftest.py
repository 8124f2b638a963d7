"""What all tests stand on: a real Prefect API, a real S3 server, vendors on a socket, and a clean environment."""

import fcntl
import gc
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, settings

from tests import OURS, ROOT, forking

# Prefect reads its home when it is imported: before anything of ours. Each of pytest's workers has one of its own.
_HOME = Path(tempfile.mkdtemp(prefix="article-images-tests-"))
os.environ["PREFECT_HOME"] = str(_HOME / "prefect")
os.environ["DO_NOT_TRACK"] = "1"
# What asks an API that it was not given fails, and does not start a server of Prefect's own in silence.
os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "false"
os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
# Few tests read a run's log: the others would send it for nothing. See `run_logs`.
os.environ["PREFECT_LOGGING_TO_API_ENABLED"] = "false"
for _name in list(os.environ):
    if _name.startswith((*OURS, "PREFECT_API_", "PREFECT_PROFILE")):
        del os.environ[_name]

# Most tests look at one picture: what is made beside it would double their time.
os.environ["IMAGES_VARIANTS"] = os.environ["IMAGES_PINNED"] = "off"

# Each HTTP client reads all the authorities that it trusts, 20 ms of processor time, and a flow makes a dozen
# clients. Nothing real is asked over TLS here: one authority is enough.
_END = "-----END CERTIFICATE-----\n"
(_HOME / "authority.pem").write_text(Path(certifi.where()).read_text().partition(_END)[0] + _END)
os.environ["SSL_CERT_FILE"] = os.environ["PREFECT_API_SSL_CERT_FILE"] = str(_HOME / "authority.pem")

# HYPOTHESIS_PROFILE=thorough tries ten times as many examples. The machine may be busy: nothing is held against time.
_calm = settings(settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _calm, max_examples=100)
settings.register_profile("thorough", _calm, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
FEW = settings(max_examples=settings().max_examples // 4)
"""For what draws a picture or asks a server for each example."""

EXAMPLES = ROOT / "examples"


def pytest_configure(config: pytest.Config) -> None:
    """Start what processes are forked from, for all of pytest's workers: it imports while they collect."""
    if getattr(config.option, "numprocesses", None):
        forking.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: no worker should be left alone with one of them."""
    longest: dict[Path, int] = {}
    for item in items:
        longest[item.path] = min(longest.get(item.path, len(_LONG)), _duration(item))
    items.sort(key=lambda item: longest[item.path])


_LONG = [{"machine", "working", "written"}, {"deployed", "stage"}, {"prefect_api"}]
"""Fixtures of tests that take long, the longest first: servers and processes of their own, the UI, flows."""


def _duration(item: pytest.Item) -> int:
    """Return the place of a test among the durations, 0 for the longest."""
    used = set(getattr(item, "fixturenames", ()))
    return next((place for place, names in enumerate(_LONG) if names & used), len(_LONG))


def pytest_collection_finish() -> None:
    """Leave all that is imported out of the garbage collections to come: it stays anyway."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder of its own, where no `.env` and no earlier pictures lie."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database, also one that a server writes to."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as two:
        one.backup(two)


@pytest.fixture(scope="session")
def prefect_tables(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of Prefect's with its tables and no run: a server that makes them anew takes 8 s of processor time."""
    return _tables(tmp_path_factory)


def _tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the first of pytest's workers leaves the tables for all."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prefect.db"


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Prefect server over a database of its own."""
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.local_stack.local_server import local_api

    home = Path(os.environ["PREFECT_HOME"])
    with ExitStack() as running:
        tables = _tables(tmp_path_factory)
        with pytest.MonkeyPatch.context() as patch, open(tables.with_suffix(".lock"), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if known := tables.exists():
                copy_database(tables, home / "prefect.db")
                fcntl.flock(lock, fcntl.LOCK_UN)
            # Registering the block types that Prefect brings takes a server three seconds, and nobody here wants them.
            patch.setenv("PREFECT_API_BLOCKS_REGISTER_ON_START", "false")
            patch.setattr(sys, "executable", forking.python())
            url = running.enter_context(local_api(home, linger=0))
            if not known:
                copy_database(home / "prefect.db", tables)
        # No heartbeats: at the end of each run Prefect waits up to a second for their thread.
        running.enter_context(temporary_settings({PREFECT_API_URL: url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}))
        yield url
        _say_what_is_left_to_say()
        # Its database is thrown away: it has nothing to put in order.
        os.kill(json.loads((home / "article-images-server.json").read_text())["pid"], signal.SIGKILL)


@pytest.fixture
def run_logs(prefect_api: str) -> Iterator[None]:
    """Runs of this process send their logs to the API, as they do at a user's."""
    from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

    with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: True}):
        yield


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a real S3 server with public reading, where each world has a bucket: a start takes a second."""
    from blocks.storage.embedded import embedded_storage

    folder = tmp_path_factory.mktemp("storage")
    with embedded_storage(folder):
        yield folder


def _say_what_is_left_to_say() -> None:
    """Send the last logs and events: at exit Prefect's threads would look a minute for a server that is gone."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (APILogWorker, EventsWorker):
        worker.drain_all(timeout=30)


def pytest_sessionfinish() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_HOME, ignore_errors=True)
