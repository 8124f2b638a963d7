"""A set-up in which all is well, and what the doctor says of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.events import emit_event

from blocks.configuration.defaults import UNEDITED
from blocks.configuration.variables import delete_variable
from blocks.doctor.work import deployments_wanted
from blocks.provenance.signing import BLOCK_NAME
from blocks.provisioning.automations import ACTION_FAILED, ensure_killed_runs
from blocks.provisioning.pool import POOL, ensure_pool
from blocks.provisioning.setup import setup
from blocks.storage.embedded import BUCKET, embedded_storage
from blocks.vendors.answers.errors import account_name
from blocks.vendors.pause import pause_name
from flows.commands.doctor import doctor
from tests.blocks.hosts import FileHost
from tests.slate import deploy, wipe
from tests.standins import Answer, Call, ChutesStandin, ReplicateStandin

TOKEN, CHUTES_KEY = "r8_Hunter2TokenOfReplicate", "cpk_Hunter2KeyOfChutes"


WORKER = "worker-of-the-test"


class Cdn(FileHost):
    """Reads the bucket's folder to anyone, with the headers of `said`, or answers as `spoilt` says."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.mend()

    def mend(self) -> None:
        self.said = {"Cache-Control": "public, max-age=31536000, immutable"}
        self.content_type = "image/png"
        self.spoilt: Answer | None = None

    def answer(self, call: Call) -> Answer:
        file = self.folder / call.path.lstrip("/")
        if self.spoilt or not file.is_file():
            return self.spoilt or Answer(404)
        return Answer(200, file.read_bytes(), self.content_type, self.said)


@dataclass
class Stage:
    """A set-up in which all is well."""

    client: SyncPrefectClient
    replicate: ReplicateStandin
    chutes: ChutesStandin
    cdn: Cdn
    environment: dict[str, str]
    folder: Path
    url: str

    def set_up(self) -> None:
        """Make it well: the deployments, a worker that was heard of a moment ago, and `setup`."""
        ensure_pool(self.client)
        wanted = {"repair/hourly", *deployments_wanted()}
        there = [one for one in self.client.read_deployments() if one.work_pool_name == POOL]
        for name in wanted if len(there) < len(wanted) else ():
            deploy(self.client, name)
        self.client.send_worker_heartbeat(POOL, WORKER, heartbeat_interval_seconds=3600)
        for _ in setup():
            pass

    def heal(self) -> None:
        """Make it well again, whatever was broken."""
        self.replicate.faults.clear()
        self.chutes.faults.clear()
        self.cdn.mend()
        for name in (*UNEDITED, self.pause):
            delete_variable(name)
        with suppress(ValueError):
            Secret.delete(BLOCK_NAME, _sync=True)  # type: ignore[call-arg]
        Path(".env").unlink(missing_ok=True)
        self.set_up()
        self.client.update_work_pool(POOL, WorkPoolUpdate(is_paused=False))

    @property
    def pause(self) -> str:
        """The name of the note that Replicate is left alone."""
        return pause_name("replicate", account_name(self.replicate.environment()["REPLICATE_BASE_URL"], TOKEN))

    @property
    def left_in_bucket(self) -> list[str]:
        return [path.name for path in (self.folder / "storage" / BUCKET).rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, prefect_api: str) -> Iterator[Stage]:
    """The set-up of all tests here; each breaks one thing and mends it again."""
    folder = tmp_path_factory.mktemp("doctor")
    with (
        pytest.MonkeyPatch.context() as patch,
        ReplicateStandin(token=TOKEN) as replicate,
        ChutesStandin(api_key=CHUTES_KEY) as chutes,
        embedded_storage(folder / "bucket"),
        Cdn(folder / "bucket" / "storage" / BUCKET) as cdn,
        get_client(sync_client=True) as client,
    ):
        keys = json.loads((folder / "bucket" / "storage.json").read_text())
        environment = {
            **replicate.environment(), **chutes.environment(), "IMAGES_DATA_DIR": str(folder / "data"),
            "IMAGES_PUBLIC_BASE_URL": cdn.base_url, "B2_ENDPOINT": f"http://127.0.0.1:{keys['s3_port']}",
            "B2_KEY_ID": keys["key_id"], "B2_APPLICATION_KEY": keys["secret"], "B2_BUCKET_NAME": BUCKET,
        }  # fmt: skip
        for name, value in environment.items():
            patch.setenv(name, value)
        stage = Stage(client, replicate, chutes, cdn, environment, folder / "bucket", prefect_api)
        wipe(client)
        stage.set_up()
        # The server writes events down every five seconds: this one is looked for last.
        of = {"prefect.resource.id": "prefect.automation.x", "prefect.resource.name": "on-published"}
        emit_event(ACTION_FAILED, resource=of, payload={"reason": f"InvalidJSON('{TOKEN}')"})
        yield stage
        wipe(client)
        ensure_killed_runs(client)


@pytest.fixture
def stage(built: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The set-up with its environment."""
    for name, value in built.environment.items():
        monkeypatch.setenv(name, value)
    return built


@dataclass(frozen=True)
class Visit:
    """What the doctor said: lines by name, and whether something is broken."""

    lines: list[dict[str, str]]
    broken: bool
    printed: str

    def level(self, name: str) -> set[str]:
        return {line["level"] for line in self.lines if line["name"] == name}

    def said(self, name: str) -> str:
        return " / ".join(f"{line['text']} -> {line['mend']}" for line in self.lines if line["name"] == name)


@pytest.fixture
def visit(capfd: pytest.CaptureFixture[str]) -> Callable[[], Visit]:
    """Let the doctor look at the set-up of the moment, and check what must hold for every visit."""

    def look() -> Visit:
        capfd.readouterr()
        broken = doctor(as_json=True)
        out, err = capfd.readouterr()
        seen = Visit(json.loads(out), broken, out + err)
        assert broken == any(line["level"] == "FAIL" for line in seen.lines)
        assert all(line["mend"] for line in seen.lines if line["level"] != "ok")
        assert not any("cannot be checked" in line["text"] for line in seen.lines), out
        assert "Hunter2" not in seen.printed
        return seen

    return look
