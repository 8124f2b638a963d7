"""What can be wrong with a set-up: how each is broken, and the line of the doctor that must say so."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.client.schemas.actions import BlockDocumentUpdate, WorkPoolUpdate

from blocks.configuration.settings import load_settings
from blocks.configuration.variables import write_variable
from blocks.provenance.signing import BLOCK_NAME
from blocks.provisioning.automations import MISSED_EVENTS, REPAIR_LATER
from blocks.provisioning.crashes import NAME, killed_runs
from blocks.provisioning.pool import POOL
from blocks.provisioning.saved_blocks import BUCKET as BLOCK
from blocks.provisioning.saved_blocks import ensure_block
from tests.blocks.doctor.stage import CHUTES_KEY, TOKEN, WORKER, Stage
from tests.standins import Answer

OTHER = "r8_Hunter2TokenOfAnother"


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


def excluded_whenever(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """A version that the pins exclude, found before the one that is installed."""
    folder = Path("elsewhere/whenever-0.10.5.dist-info")
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: whenever\nVersion: 0.10.5\n")
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
    "no money, not public": (
        Case(vendor("chutes", "ask", 402), QWEN, "FAIL", "top up the account"),
        Case(no_credit, "pause of replicate", "warn", "top up the account"),
        Case(vendor("replicate", "account", 503), "Replicate token", "warn", "try again later"),
        Case(cdn(Answer(403)), "public read", "FAIL", "make the bucket public"),
        Case(spooled, "spool", "warn", "2 pictures wait for the bucket -> article-images repair"),
    ),
    "variables edited": (
        Case(cdn(Answer(404)), "public read", "FAIL", "set IMAGES_PUBLIC_BASE_URL"),
        Case(variable("images_budgets", {"run_usd": "much"}), "variable images_budgets", "FAIL", "run_usd"),
        Case(
            variable("images_quotas", {"tenants": {"acme": {"bytes": "many"}}}),
            "variable images_quotas",
            "FAIL",
            "bytes",
        ),
        Case(variable("images_models", {"banner": {}}), "variable images_models", "FAIL", "banner"),
        Case(variable("images_sources", {"acme": "feed"}), "variable images_sources", "FAIL", "acme"),
        Case(variable("images_platforms", {"acme": ["myspace"]}), "variable images_platforms", "FAIL", "acme"),
        Case(variable("images_public_base_urls", {"acme": "x"}), "variable images_public_base_urls", "FAIL", "acme"),
        Case(certificate_of_nobody, "signing", "FAIL", "images-c2pa"),
    ),
    "another site": (
        Case(cdn(Answer(200, b"<html>", "text/html")), "public read", "FAIL", "set IMAGES_PUBLIC_BASE_URL"),
        Case(excluded_whenever, "package whenever", "FAIL", "pip install 'whenever>=0.11'"),
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
