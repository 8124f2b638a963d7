"""What all tests stand on: a real Prefect API, a real S3 server, vendors on a socket, and a clean environment."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Prefect reads its home when it is imported: before anything of ours.
_HOME = Path(tempfile.mkdtemp(prefix="article-images-tests-"))
os.environ["PREFECT_HOME"] = str(_HOME / "prefect")
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
for _name in list(os.environ):
    if _name.startswith(("B2_", "REPLICATE_", "CHUTES_", "IMAGES_", "PREFECT_API_", "PREFECT_PROFILE")):
        del os.environ[_name]

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder of its own, where no `.env` and no earlier pictures lie."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[str]:
    """The URL of a real Prefect server over a database of its own."""
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.local_server import local_api

    # No heartbeats: at the end of each run Prefect waits up to a second for their thread.
    with (
        local_api(Path(os.environ["PREFECT_HOME"]), linger=0) as url,
        temporary_settings({PREFECT_API_URL: url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield url


def pytest_sessionfinish() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_HOME, ignore_errors=True)
