"""The command `erase` after real runs: nothing of the tenant is left, all of the others', and it is new afterwards."""

import json
import os
import re
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import FlowRun

from blocks.configuration.variables import read_variable, write_variable
from blocks.locks.one_at_a_time import one_at_a_time
from blocks.locks.unused_limits import all_limits
from flows.storage_report import storage_report
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.names import lock_names
from tests import forking
from tests.flows.backlogs import backlog
from tests.naming import naming_below
from tests.world import STARTED, CommandLine, World, run_set

MADE = [Kind.HERO, Kind.CARD]

Found = TypeVar("Found")


def naming(word: str, world: World) -> Iterator[Path]:
    """Yield the files of bucket and machine that name the word."""
    yield from naming_below(word, world.bucket, Path(world.environment["IMAGES_DATA_DIR"]))


def every(page: Callable[[int], list[Found]]) -> list[Found]:
    """Read page after page, each from an offset: runs and artifacts of other tests are on the same server."""
    found: list[Found] = []
    while more := page(len(found)):
        found += more
    return found


def runs(api: SyncPrefectClient) -> list[FlowRun]:
    return every(lambda offset: api.read_flow_runs(limit=200, offset=offset))


def start_command(*arguments: str, prefect_api: str) -> "subprocess.Popen[str]":
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    process = subprocess.Popen(
        [forking.python(), str(script), *arguments],
        env=os.environ | {"PREFECT_API_URL": prefect_api},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    return process


def artifacts(api: SyncPrefectClient) -> set[str]:
    query = ArtifactFilter(key=ArtifactFilterKey(exists_=True))
    found = every(lambda offset: api.read_artifacts(artifact_filter=query, limit=200, offset=offset))
    return {str(artifact.key) for artifact in found}


def test_a_tenant_is_erased_and_new_afterwards(world: World, api: SyncPrefectClient, cli: CommandLine) -> None:
    """Of the tenant no file, run, artifact, limit or variable is left; its next run is one of a new article."""
    for tenant in ("acme", "acme-2", "acme_2"):
        run_set(Article(topic="Tee", user_id=tenant, article_id="1"), MADE)
    storage_report()
    storage_report(user_id="acme")
    for source in ("bucket:acme/drafts", "bucket:acme-2/drafts"):
        backlog(source)
    tenants = {"acme": {"month_usd": 5}, "acme-2": {"month_usd": 6}}
    write_variable("images_budgets", {"run_usd": 1, "month_usd": None, "tenants": tenants, "beyond": "refuse"})
    write_variable("images_sources", {"acme": ["bucket:acme/articles"], "acme-2": []})
    others = {path: path.read_bytes() for path in world.bucket.rglob("*") if path.is_file() and "acme-2" in path.parts}
    order = next(path for path in naming("acme", world) if path.suffix == ".attempt")
    prediction = json.loads(order.read_text())["prediction_id"]
    before = world.objects()

    planned = cli("erase", "acme", "--dry-run", "--json")
    assert planned.returncode == 0, planned.stderr
    document = json.loads(planned.stdout)
    assert (document["status"], document["left"], document["article"]) == ("planned", [], None)
    assert world.objects() == before
    refused = cli("erase", "acme")
    assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
    with one_at_a_time(lock_names.article_lock("run", "acme", "tee"), world.folder / "another machine"):
        busy = cli("erase", "acme", "--yes")
    assert (busy.returncode, "is being worked on" in busy.stderr) == (2, True)
    assert world.objects() == before

    erased = cli("erase", "acme", "--yes")
    assert erased.returncode == 0, erased.stdout + erased.stderr
    assert list(naming("acme", world)) == []
    assert not [path for path in naming(prediction, world) if "_predictions" in path.parts]
    assert {path: path.read_bytes() for path in others} == others
    assert read_variable("images_budgets")["tenants"] == {"acme-2": {"month_usd": 6}}
    assert read_variable("images_sources") == {"acme-2": []}
    names = {run.name for run in runs(api)}
    assert names >= {"acme-2/tee", "acme_2/tee", "all tenants, this month", "bucket:acme-2/drafts"}
    assert not [name for name in names if re.search(r"(^|:)acme[/,]", name)]
    keys = artifacts(api)
    assert {"gallery-acme-2-tee", "images-acme-2-tee"} <= keys
    assert not [key for key in keys if "-acme-tee" in key or key.startswith("usage-")]
    assert not [limit.name for limit in all_limits(api) if re.search(r"\.acme(\.|$)", limit.name)]

    paid = world.paid
    again = cli("erase", "acme", "--yes", "--json")
    assert (again.returncode, json.loads(again.stdout)["places"]) == (0, [])
    assert run_set(Article(topic="Tee", user_id="acme-2", article_id="1"), MADE).cost_usd == 0
    assert world.paid == paid
    new = run_set(Article(topic="Tee", user_id="acme", article_id="1"), MADE)
    assert (new.status, new.slug, world.paid[0] - paid[0]) == ("complete", "tee", 1)


def test_an_article_is_erased_and_the_tenants_others_are_not(
    world: World, api: SyncPrefectClient, cli: CommandLine
) -> None:
    """Of the article nothing is left, not even in reports; the other article is reused, and a wrong slug is refused."""
    for topic in ("Tee", "Tee 2"):
        run_set(Article(topic=topic, user_id="acme", article_id=topic), MADE)
    assert cli("erase", "acme", "--article", "branding", "--yes").returncode == 2
    done = cli("erase", "acme", "--article", "tee", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path for path in naming("tee", world) if "tee-2" not in path.parts] == []
    names = {run.name for run in runs(api)}
    assert ("acme/tee" in names, "acme/tee-2" in names) == (False, True)
    assert artifacts(api) >= {"gallery-acme-tee-2", "images-acme-tee-2"}
    paid = world.paid
    assert run_set(Article(topic="Tee 2", user_id="acme", article_id="Tee 2"), MADE).cost_usd == 0
    assert world.paid == paid


def test_a_killed_erasure_is_completed_by_the_next(
    world: World, api: SyncPrefectClient, cli: CommandLine, prefect_api: str
) -> None:
    """After kill -9 among the deletions, the next erasure finds all the rest, and another tenant has lost nothing."""
    for tenant in ("acme", "acme-2"):
        run_set(Article(topic="Tee", user_id=tenant), [Kind.CARD])
        for number in range(400):
            path = world.bucket / tenant / "tee" / "migrated" / f"picture_{number:016x}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"a picture")
    others = {path: path.read_bytes() for path in world.bucket.rglob("*") if path.is_file() and "acme-2" in path.parts}
    process = start_command("erase", "acme", "--yes", prefect_api=prefect_api)
    whole = len(list(world.bucket.glob("acme/**/*.png")))
    while len(list(world.bucket.glob("acme/**/*.png"))) == whole and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert list(naming("acme", world))
    done = cli("erase", "acme", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(naming("acme", world)) == []
    assert {path: path.read_bytes() for path in others} == others
    assert not [run.name for run in runs(api) if run.name.startswith("acme/")]


def test_the_embedded_storage_is_swept_too(painted: Path, api: SyncPrefectClient, cli: CommandLine) -> None:
    """Where all lies on this machine, no folder with the tenant's name stays; it has no rules, and says so."""
    for tenant in ("acme", "acme-2"):
        run_set(Article(topic="Tee", user_id=tenant), [Kind.CARD])
    assert list(naming_below("acme", painted))
    done = cli("erase", "acme", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    left = [path for path in naming_below("acme", painted) if path.parent != painted / "logs"]
    assert left == []
    assert {image.status for image in run_set(Article(topic="Tee", user_id="acme-2"), [Kind.CARD]).images} == {"reused"}
    shown, applied = cli("lifecycle", "--json"), cli("lifecycle", "--apply")
    assert [rules["why"] for rules in json.loads(shown.stdout)["buckets"]] == ["the store has no such rules"] * 2
    assert (shown.returncode, applied.returncode) == (0, 1)
    assert "Traceback" not in applied.stdout + applied.stderr
