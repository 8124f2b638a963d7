"""The doctor, on a set-up that is well and on more than twenty that are broken: each is found, with its mend.

Whatever is broken, no secret is printed, nothing is paid for, and nothing is left in the bucket.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import BlockDocumentUpdate, WorkPoolUpdate
from prefect.events import emit_event
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.configuration.defaults import UNEDITED
from blocks.configuration.settings import load_settings
from blocks.configuration.variables import delete_variable, write_variable
from blocks.doctor.work import deployments_wanted
from blocks.provenance.signing import BLOCK_NAME
from blocks.provisioning.automations import ACTION_FAILED, MISSED_EVENTS, REPAIR_LATER, ensure_killed_runs
from blocks.provisioning.crashes import NAME, killed_runs
from blocks.provisioning.pool import POOL, ensure_pool
from blocks.provisioning.saved_blocks import BUCKET as BLOCK
from blocks.provisioning.saved_blocks import ensure_block
from blocks.provisioning.setup import setup
from blocks.storage.embedded import BUCKET, embedded_storage
from blocks.vendors.answers import account_name
from blocks.vendors.gate import pause_name
from flows.commands.doctor import doctor
from tests.blocks.hosts import FileHost
from tests.flows.conftest import command
from tests.slate import deploy, wipe
from tests.standins import Answer, Call, ChutesStandin, ReplicateStandin

TOKEN, CHUTES_KEY = "r8_Hunter2TokenOfReplicate", "cpk_Hunter2KeyOfChutes"
OTHER = "r8_Hunter2TokenOfAnother"
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
        for name in {"repair/hourly", *deployments_wanted()}:
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
        assert not any("cannot be looked at" in line["text"] for line in seen.lines), out
        assert "Hunter2" not in seen.printed
        return seen

    return look


Break = Callable[[Stage, pytest.MonkeyPatch], None]


def env(**variables: str) -> Break:
    """Variables that are other than they were when it was set up; an empty one is not set."""

    def broken(stage: Stage, patch: pytest.MonkeyPatch) -> None:
        for name, value in variables.items():
            patch.setenv(name, value)

    return broken


def set_up_with(**variables: str) -> Break:
    """A block that was saved with other values than those that work."""

    def broken(stage: Stage, patch: pytest.MonkeyPatch) -> None:
        env(**variables)(stage, patch)
        ensure_block(BLOCK, load_settings())

    return broken


def no_credit(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
    """A run has heard that the account is empty."""
    note = {"why": "no credit", "said": "Replicate answered 402", "at": "2026-11-25T10:00:00Z", "seconds": 10}
    write_variable(stage.pause, note)


def variable(name: str, value: object) -> Break:
    """A Prefect variable as somebody might have edited it."""
    return lambda stage, patch: write_variable(name, value)


def cdn(spoilt: Answer | None = None, **changed: object) -> Break:
    """A CDN that does not do what it is there for."""
    return lambda stage, patch: vars(stage.cdn).update(changed, spoilt=spoilt)


def vendor(name: str, where: str, status: int, detail: str = f"{TOKEN} and {CHUTES_KEY}") -> Break:
    """A vendor that answers with an error, and repeats our secrets in it."""

    def broken(stage: Stage, patch: pytest.MonkeyPatch) -> None:
        getattr(stage, name).fault(where, status, times=None, detail=detail)

    return broken


def dot_env(text: str) -> Break:
    """An `.env` in the folder from which the doctor is called."""

    def broken(stage: Stage, patch: pytest.MonkeyPatch) -> None:
        Path(".env").write_text(text)

    return broken


def certificate_of_nobody(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """The Secret block holds what cannot sign."""
    value = {"certificate": "Hunter2", "private_key": "Hunter2"}
    Secret(value=value).save(BLOCK_NAME, overwrite=True, _sync=True)  # type: ignore[call-arg]


def broken_block(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """A block whose document has lost a field."""
    document = stage.client.read_block_document_by_name("replicate", "replicate")
    stage.client.update_block_document(document.id, BlockDocumentUpdate(data={}, merge_existing_data=False))


def spooled(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """Two pictures that an outage has left."""
    spool = Path("data/spool")
    spool.mkdir(parents=True)
    for name in ("a", "b"):
        (spool / f"{name}.json").write_text("{}")
    patch.setenv("IMAGES_DATA_DIR", "data")


def excluded_fastapi(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """A version that the pins exclude, found before the one that is installed."""
    folder = Path("elsewhere/fastapi-0.150.0.dist-info")
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: fastapi\nVersion: 0.150.0\n")
    patch.syspath_prepend(str(folder.parent.resolve()))


def no_worker(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    path = {"work_pool_name": POOL, "name": WORKER}
    stage.client.request("DELETE", "/work_pools/{work_pool_name}/workers/{name}", path_params=path)


def no_automation(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    for automation in stage.client.read_automations_by_name(NAME):
        stage.client.delete_automation(automation.id)


def automations_of_somebody_else(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """One that does something else now, and one that is switched off."""
    [repair] = stage.client.read_automations_by_name(REPAIR_LATER)
    [missed] = stage.client.read_automations_by_name(MISSED_EVENTS)
    stage.client.delete_automation(repair.id)
    stage.client.create_automation(killed_runs().model_copy(update={"name": REPAIR_LATER}))
    stage.client.pause_automation(missed.id)


def no_deployment(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    stage.client.delete_deployment(stage.client.read_deployment_by_name("article-images/manual").id)


def pool_paused(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    stage.client.update_work_pool(POOL, WorkPoolUpdate(is_paused=True))


def no_pool(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    stage.client.delete_work_pool(POOL)


@dataclass(frozen=True)
class Case:
    """What is broken, and the line that says so: its name, its level, and words of it or of its mend."""

    broken: Break
    line: str
    level: str
    words: str


QWEN, JUGGERNAUT = "Chutes chutes-qwen-image", "Chutes chutes-juggernautxl"
BROKEN: dict[str, tuple[Case, ...]] = {
    "keys refused": (
        Case(set_up_with(B2_APPLICATION_KEY="Hunter2Wrong"), "storage write", "FAIL", "set B2_KEY_ID and B2_APPL"),
        Case(vendor("replicate", "account", 401), "Replicate token", "FAIL", "set REPLICATE_API_TOKEN"),
        Case(vendor("chutes", "ask", 401), QWEN, "FAIL", "set CHUTES_API_KEY"),
    ),
    "no money": (
        Case(vendor("chutes", "ask", 402), QWEN, "FAIL", "top up the account"),
        Case(no_credit, "pause of replicate", "warn", "top up the account"),
        Case(vendor("replicate", "account", 503), "Replicate token", "warn", "try again later"),
    ),
    "wrong names": (
        Case(set_up_with(B2_BUCKET_NAME="nobodys"), "storage write", "FAIL", "set B2_BUCKET_NAME"),
        Case(vendor("chutes", "ask", 404, "No matching chute found!"), JUGGERNAUT, "FAIL", "images_models"),
        Case(
            env(IMAGES_LLM_BASE_URL="http://127.0.0.1:9/v1", IMAGES_LLM_MODEL="x"),
            "language model",
            "warn",
            "IMAGES_LLM_BASE_URL",
        ),
        Case(env(IMAGES_BUDGET="Hunter2"), "spelling", "warn", "did you mean IMAGES_BUDGETS?"),
    ),
    "bucket away": (
        Case(set_up_with(B2_ENDPOINT="http://127.0.0.1:9"), "storage", "FAIL", "set B2_ENDPOINT"),
        Case(env(IMAGES_DATA_DIR="/proc/images"), "data directory", "FAIL", "set IMAGES_DATA_DIR"),
        Case(env(REPLICATE_API_TOKEN=OTHER), "block replicate/replicate", "warn", "from the environment in api_token"),
    ),
    "not public": (
        Case(cdn(Answer(403)), "public read", "FAIL", "make the bucket public"),
        Case(spooled, "spool", "warn", "2 pictures were paid for and wait for the bucket -> article-images repair"),
    ),
    "variables edited": (
        Case(cdn(Answer(404)), "public read", "FAIL", "set IMAGES_PUBLIC_BASE_URL"),
        Case(variable("images_budgets", {"run_usd": "much"}), "variable images_budgets", "FAIL", "run_usd"),
        Case(variable("images_models", {"banner": {}}), "variable images_models", "FAIL", "banner"),
        Case(variable("images_sources", {"acme": "feed"}), "variable images_sources", "FAIL", "acme"),
        Case(variable("images_public_base_urls", {"acme": "x"}), "variable images_public_base_urls", "FAIL", "acme"),
        Case(certificate_of_nobody, "signing", "FAIL", "images-c2pa"),
    ),
    "another site": (
        Case(cdn(Answer(200, b"<html>", "text/html")), "public read", "FAIL", "set IMAGES_PUBLIC_BASE_URL"),
        Case(excluded_fastapi, "package fastapi", "FAIL", "pip install 'fastapi<0.150'"),
        Case(dot_env("OTHER_KEY=Hunter2\n"), ".env", "warn", "chmod 600 .env"),
    ),
    "CDN without types": (
        Case(cdn(content_type="application/octet-stream"), "public read", "FAIL", "Content-Type"),
        Case(pool_paused, f"work pool {POOL}", "warn", "prefect work-pool resume images"),
        Case(automations_of_somebody_else, f"automation {REPAIR_LATER}", "warn", "article-images setup"),
    ),
    "CDN without cache headers": (
        Case(cdn(said={}), "public read", "warn", "Cache-Control"),
        Case(no_worker, "worker", "FAIL", "prefect worker start --pool images"),
        Case(no_deployment, "deployments", "FAIL", "prefect --no-prompt deploy --all"),
        Case(no_automation, f"automation {NAME}", "FAIL", "article-images setup"),
    ),
    "half of B2": (Case(env(B2_KEY_ID=""), "settings", "FAIL", "B2_KEY_ID missing"),),
    "invalid .env": (
        Case(dot_env("IMAGES_CONCURRENCY=Hunter2\n"), "settings", "FAIL", "IMAGES_CONCURRENCY"),
        Case(no_pool, f"work pool {POOL}", "FAIL", "article-images setup"),
        Case(broken_block, "block replicate/replicate", "FAIL", "prefect block delete replicate/replicate"),
    ),
}


def test_a_set_up_that_is_well(stage: Stage, visit: Callable[[], Visit], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is broken where all was set up; nothing is spent, written to the data directory or left in the bucket."""
    monkeypatch.setenv("IMAGES_HOME", "/app")  # is no setting, and not misspelt
    seen = visit()
    assert not seen.broken, seen.printed
    assert not seen.level("spelling"), seen.printed
    parts = {"storage write", "storage read", "public read", "storage delete", "clock", "Replicate token", QWEN,
             "block s3-bucket/b2-images", "worker", "deployments", "fonts", f"automation {MISSED_EVENTS}"}  # fmt: skip
    assert {name for name in parts if seen.level(name) != {"ok"}} == set()
    assert (stage.replicate.paid, stage.chutes.paid) == ([], [])
    assert stage.left_in_bucket == []
    assert not Path(stage.environment["IMAGES_DATA_DIR"]).exists()


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found(
    name: str, stage: Stage, visit: Callable[[], Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of each broken part says so and how to mend it; the parts beside it are looked at all the same."""
    try:
        with monkeypatch.context() as patch:
            for case in BROKEN[name]:
                case.broken(stage, patch)
            seen = visit()
    finally:
        stage.heal()
    for case in BROKEN[name]:
        assert case.level in seen.level(case.line), seen.printed
        assert case.words in seen.said(case.line)
    assert len(seen.lines) > 12
    assert stage.left_in_bucket == []
    assert (stage.replicate.paid, stage.chutes.paid) == ([], [])


@pytest.mark.parametrize(("url", "mend"), [("http://127.0.0.1:9/api", "prefect server start"), (None, "/api")])
def test_an_api_that_does_not_answer(stage: Stage, visit: Callable[[], Visit], url: str | None, mend: str) -> None:
    """Without the API the rest is looked at with the environment alone; an address that is none is told apart."""
    with temporary_settings({PREFECT_API_URL: url or stage.url.removesuffix("/api")}):
        seen = visit()
    assert seen.level("Prefect API") == {"FAIL"}
    assert mend in seen.said("Prefect API")
    assert seen.level("storage delete") == seen.level("Replicate token") == {"ok"}
    assert not seen.level("worker")


def test_an_api_that_lets_nobody_in(stage: Stage, visit: Callable[[], Visit]) -> None:
    """A login that is missing or wrong is one line, and not one for each thing that cannot be asked for."""
    with FileHost() as host, temporary_settings({PREFECT_API_URL: f"{host.base_url}/api"}):
        host.pages |= {"/api/health": Answer.json(True), "/api/variables/filter": Answer.json({}, 401)}
        seen = visit()
    assert seen.level("Prefect API") == {"FAIL"}
    assert "PREFECT_API_AUTH_STRING" in seen.said("Prefect API")
    assert not seen.level("worker")


def test_what_an_automation_could_not_do_is_listed(stage: Stage, visit: Callable[[], Visit]) -> None:
    """The failed actions of the last day are told, by automation and reason, without what must not be seen."""
    for _ in range(20):
        if "on-published" in (seen := visit()).said("missed events"):
            break
    assert "InvalidJSON('***')" in seen.said("missed events")


def test_the_command_prints_lines_for_people(stage: Stage, prefect_api: str) -> None:
    """One line a check with its level, the mend below, their number at the end, and exit code 1."""
    done = command("doctor", prefect_api=prefect_api, IMAGES_CONCURRENCY="many")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert f"ok    Prefect API: {prefect_api} answers" in lines
    wrong = next(number for number, line in enumerate(lines) if line.startswith("FAIL  settings: IMAGES_CONCURRENCY: "))
    assert lines[wrong + 1].startswith("      -> set it right in the environment or in .env")
    assert lines[-1].startswith("1 broken, ")


def test_with_nothing_set_up_nothing_is_broken(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a fresh machine, with the server of this machine, there is much to think about, and nothing is broken."""
    for name in stage.environment:
        monkeypatch.delenv(name)
    wipe(stage.client)
    fresh = command("doctor", "--json")
    stage.set_up()
    assert fresh.returncode == 0, fresh.stdout + fresh.stderr
    lines = {line["name"]: line for line in json.loads(fresh.stdout)}
    assert "a server of this machine" in lines["Prefect API"]["text"]
    assert lines["storage write"]["text"] == "the embedded storage of this machine takes pictures"
    assert not Path(".article-images").exists()
