"""A backlog in other processes: killed and started again, and in shards."""

import asyncio
import json
import os
import subprocess
import sysconfig
import time
from pathlib import Path

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.states import Cancelled, Crashed

from flows.backlog_run.shards import is_deployed, start_shard
from tests import forking
from tests.deployments.stack import runs
from tests.flows.backlogs import backlog, counts, put
from tests.world import World


def start(prefect_api: str, script: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start a script of the product in a process of its own."""
    return subprocess.Popen(
        [forking.python(), str(script), *arguments],
        env=os.environ | {"PREFECT_API_URL": prefect_api, "PREFECT_RUNNER_POLL_FREQUENCY": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_killed_and_started_again(world: World, tmp_path: Path, prefect_api: str) -> None:
    """After kill -9 in the middle the command goes on: nothing is paid twice, and the dead lock is in nobody's way."""
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(5)})
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    arguments = ["backlog", str(folder), "--only", "hero", "--at-once", "2", "--json"]
    world.replicate.delay = 1
    process = start(prefect_api, script, *arguments)
    # With the fourth order two articles have ended. A kill while one of them writes the month's spending does no harm
    # either, but the next command then waits for a minute: so long a lock outlives its holder.
    while len(world.replicate.paid) < 4 and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert len(world.replicate.paid) == 4

    process = start(prefect_api, script, *arguments)
    out, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    report = json.loads(out)
    assert report["complete"] + report["done_before"] == 5
    assert len(world.replicate.paid) == 5
    assert len([key for key in world.objects() if key.endswith("hero.png")]) == 5


def test_shards_are_runs_of_their_own(world: World, tmp_path: Path, prefect_api: str) -> None:
    """Each shard makes its part through the deployment, all articles are made once, and one report sums them up."""
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(4)})
    (folder / "bad.md").write_text("---\ntitle: 'open\n---\n")
    serving = tmp_path / "serving.py"
    code = ["if __name__ == '__main__':", "    article_backlog.serve(name='shard')"]  # its runs import it again
    serving.write_text("\n".join(["from flows.backlog import article_backlog", *code, ""]))
    runner = start(prefect_api, serving)
    try:
        while not asyncio.run(is_deployed()) and runner.poll() is None:
            time.sleep(0.1)
        report = backlog(folder, "acme", shards=2)
    finally:
        runner.terminate()
        runner.communicate()
    assert (counts(report), report.problems) == ((4, 0, 0, 1), [])
    assert len(world.replicate.paid) == 4
    assert sorted(run["parameters"]["shard"] for run in runs(prefect_api, "article-backlog/shard")) == [1, 2]
    assert counts(backlog(folder, "acme")) == (0, 4, 0, 1)  # the index is the same without shards
    asyncio.run(takes_over_what_goes_on())


@flow
async def takes_over_what_goes_on() -> None:
    """A run that is retried starts no shard twice, but starts one again that was killed."""
    first, again = [await start_shard({"source": "nowhere"}, 2, 1) for _ in range(2)]
    assert first.id == again.id
    async with get_client() as client:
        await client.set_flow_run_state(first.id, Crashed(), force=True)
        third, fourth = [await start_shard({"source": "nowhere"}, 2, 1) for _ in range(2)]
        assert first.id != third.id == fourth.id
        await client.set_flow_run_state(third.id, Cancelled(), force=True)
