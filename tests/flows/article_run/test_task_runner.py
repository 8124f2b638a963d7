"""IMAGES_TASK_RUNNER: where a run's tasks run, and what is told where they cannot."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from prefect import flow
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from flows.article_run.task_runner import tasks_run_here
from tests.conftest import EXAMPLES
from tests.world import CommandLine, World, command_anew

ARTICLE = str(EXAMPLES / "laktoseintoleranz-und-laktase.md")
DASK = importlib.util.find_spec("prefect_dask") is not None


def test_where_tasks_run_is_known(prefect_api: str) -> None:
    """Tasks in threads share what their run knows; those in other processes do not."""
    runners: list[TaskRunner[Any]] = [ThreadPoolTaskRunner(max_workers=1), ProcessPoolTaskRunner(max_workers=1)]
    assert [flow(task_runner=runner)(tasks_run_here)() for runner in runners] == [True, False]
    assert not tasks_run_here()


@pytest.mark.skipif(not DASK, reason="Dask is an extra: make dask")
def test_a_dask_cluster_makes_an_article_and_a_backlog(world: World, prefect_api: str, tmp_path: Path) -> None:
    """Tasks run in Dask's processes: every picture once, found again by the next run; a backlog starts one cluster."""
    dask = world.environment | {"IMAGES_TASK_RUNNER": "dask"}
    first, second = [
        json.loads(command_anew("run", ARTICLE, "--json", prefect_api=prefect_api, **dask).stdout) for _ in range(2)
    ]
    assert {image["status"] for image in first["images"]} == {"stored"}
    assert {image["status"] for image in second["images"]} == {"reused"}
    assert world.paid == (5, 2)
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.json").write_text(json.dumps({"topic": f"Thema {number}"}))
    report = command_anew("backlog", str(folder), "--json", prefect_api=prefect_api, **dask)
    assert (report.returncode, json.loads(report.stdout)["status"]) == (0, "complete")
    assert world.paid == (5 + 4 * 3, 2 + 4 * 2)


@pytest.mark.skipif(DASK, reason="Dask is installed here")
def test_dask_that_is_not_installed_is_told_before_anything_is_spent(
    world: World, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Dask is set and missing, the run ends with exit code 2, the variable's name and the mend."""
    world.enter(monkeypatch)
    monkeypatch.setenv("IMAGES_TASK_RUNNER", "tcp://10.0.0.5:8786")
    told = cli("run", ARTICLE)
    assert (told.returncode, world.paid) == (2, (0, 0))
    assert "IMAGES_TASK_RUNNER: tcp://10.0.0.5:8786 needs Dask, which is not installed here: make dask" in told.stderr
