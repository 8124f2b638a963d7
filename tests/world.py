"""A whole small world for the flow: vendors, bucket, Prefect, and ways to run the product in it."""

import asyncio
import io
import json
import os
import subprocess
import sys
import sysconfig
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State

from blocks.provisioning.automations import ensure_killed_runs
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket, s3_client
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import ImageSet
from tests import forking
from tests.pauses import no_pauses
from tests.slate import wipe
from tests.standins import ChutesStandin, ReplicateStandin
from tests.standins.pictures import indexed

CommandLine = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass
class World:
    """The vendors, the bucket behind `B2_*`, and the variables that point the product at them."""

    replicate: ReplicateStandin
    chutes: ChutesStandin
    store: ImageStore
    bucket: Path
    """The folder of the bucket's objects."""
    folder: Path
    """A folder of this world alone, for what a test needs beside."""
    environment: dict[str, str]

    @property
    def paid(self) -> tuple[int, int]:
        """How many Replicate predictions and Chutes calls were paid for."""
        return len(self.replicate.paid), len(self.chutes.paid)

    def objects(self) -> dict[str, tuple[int, int]]:
        """The bucket's objects that belong to tenants: {key: (bytes, time of the last write in ns)}."""
        found = {}
        for path in self.bucket.rglob("*"):
            key = path.relative_to(self.bucket).as_posix()
            with suppress(FileNotFoundError):  # an upload that had another name until it was whole
                if path.is_file() and not key.startswith("_") and not path.name.startswith("."):
                    found[key] = (path.stat().st_size, path.stat().st_mtime_ns)
        return found

    def delete(self, key: str) -> None:
        """Delete an object behind the product's back, by the server: for a moment it remembers what it has listed."""
        self.store.delete(key)

    def enter(self, patch: pytest.MonkeyPatch) -> None:
        """Point the product at this world."""
        for name, value in self.environment.items():
            patch.setenv(name, value)


@pytest.fixture(scope="session", autouse=True)
def _no_pauses() -> Iterator[None]:
    with no_pauses():
        yield


@pytest.fixture
def painted(tmp_path: Path, prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is configured: pictures are painted, storage is embedded over the folder that is returned."""
    monkeypatch.setenv("IMAGES_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def api(prefect_api: str) -> Iterator[SyncPrefectClient]:
    """A client of an API on which nothing was ever set up, before and after."""
    with get_client(sync_client=True) as client:
        wipe(client)
        yield client
        wipe(client)
        ensure_killed_runs(client)  # the local server has it from its start


@pytest.fixture
def world(tmp_path: Path, prefect_api: str, storage: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Everything is configured, and what is configured is real or speaks the vendor's protocol."""
    with open_world(tmp_path, storage) as opened:
        opened.enter(monkeypatch)
        yield opened


STARTED: list["subprocess.Popen[str]"] = []
"""The processes that a test has started and that may outlive it."""


@pytest.fixture(autouse=True)
def _nothing_goes_on() -> Iterator[None]:
    """A test that fails leaves no run behind: the next one of the article would wait for it."""
    yield
    for process in STARTED:
        if process.poll() is None:
            process.kill()
            process.communicate()
    STARTED.clear()


@contextmanager
def open_world(root: Path, storage: Path) -> Iterator[World]:
    """Vendors and a bucket of their own on the server of `storage`, with files below `root`; nothing points at them."""
    with ReplicateStandin() as replicate, ChutesStandin() as chutes:
        replicate.cdn.draw = chutes.draw = indexed  # no test here looks at pixels
        folder = root / "beside"
        folder.mkdir(parents=True)
        served = json.loads((storage / "storage.json").read_text())
        name, key_id, secret = uuid.uuid4().hex, served["key_id"], served["secret"]
        endpoint, public_base = (f"http://127.0.0.1:{served[port]}" for port in ("s3_port", "http_port"))
        bucket = s3_bucket(endpoint=endpoint, key_id=key_id, secret=secret, bucket=name)
        store = ImageStore(bucket, public_base=f"{public_base}/{name}")
        s3_client(bucket.credentials).create_bucket(Bucket=name)
        environment = {
            **replicate.environment(),
            **chutes.environment(),
            "REPLICATE_POLL_INTERVAL": "0.05",
            "IMAGES_DATA_DIR": str(root / "data"),
            "IMAGES_PUBLIC_BASE_URL": store.public_base,
            "B2_ENDPOINT": endpoint,
            "B2_KEY_ID": key_id,
            "B2_APPLICATION_KEY": secret,
            "B2_BUCKET_NAME": name,
        }
        yield World(replicate, chutes, store, storage / "storage" / name, folder, environment)


def run_state(article: Article, only: list[Kind] | None = None, *, refresh: bool = False) -> State[Any]:
    """Run the flow in this process and return its final state."""
    from flows.article_images import article_images

    call = article_images(article, only=only, refresh=refresh, return_state=True)
    return asyncio.run(call)  # type: ignore[arg-type]


def run_set(article: Article, only: list[Kind] | None = None, *, refresh: bool = False) -> ImageSet:
    """Run the flow in this process and return the image set."""
    return set_of(run_state(article, only, refresh=refresh))


def set_of(state: State[Any]) -> ImageSet:
    """Return the image set of a run's final state; raise what the run raised."""
    result = asyncio.run(state.aresult())
    assert isinstance(result, ImageSet)
    return result


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line in this process, for what one of its own, three seconds each, would not show better."""
    from flows.cli import main

    def run(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        monkeypatch.setattr(sys, "argv", ["article-images", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, int(left.value.code or 0), said.out, said.err)

    return run


def command(
    *arguments: str, prefect_api: str | None = None, stdin: str | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run the console script in a process of its own, forked from one in which all is imported."""
    return _called(forking.python(), arguments, prefect_api, stdin, variables)


def command_anew(
    *arguments: str, prefect_api: str | None = None, stdin: str | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run the console script in a Python that is started for it, where the start counts."""
    return _called(sys.executable, arguments, prefect_api, stdin, variables)


def _called(
    python: str,
    arguments: Sequence[str],
    prefect_api: str | None,
    stdin: str | None,
    variables: Mapping[str, str],
) -> "subprocess.CompletedProcess[str]":
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    environment = {**os.environ, **variables, **({"PREFECT_API_URL": prefect_api} if prefect_api else {})}
    return subprocess.run(
        [python, str(script), *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
