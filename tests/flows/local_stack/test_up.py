"""`article-images up`, as a person uses it: started, clicked through the API, stopped, killed, started again."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import httpx
import pytest

from blocks.network.ports import free_port
from tests.conftest import EXAMPLES, copy_database
from tests.flows.local_stack.machine import PATIENCE, Machine, lingering_server, wait_for
from tests.standins import ChutesStandin, ReplicateStandin
from tests.world import command


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, prefect_tables: Path) -> Iterator[Machine]:
    """Vendors are named in `.env` alone, and no bucket is configured."""
    folder = tmp_path_factory.mktemp("up")
    with ReplicateStandin() as replicate, ChutesStandin() as chutes:
        environment = replicate.environment() | chutes.environment() | {"REPLICATE_POLL_INTERVAL": "0.1"}
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
        here = Machine(folder, folder / "home", free_port(), replicate)
        copy_database(prefect_tables, here.home / "prefect.db")
        yield here
        for pid in here.processes():  # only where a test has failed
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def up(machine: Machine) -> Iterator["subprocess.Popen[bytes]"]:
    started = machine.start()
    yield started
    started.kill()  # only where the test that ends it was not played
    started.wait()


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        ("a taken port", ["--port"]),
        ("another server", ["prefect.example.com", "PREFECT_API_URL"]),
        ("a run", ["a run is using the local Prefect server"]),
    ],
)
def test_what_stands_in_the_way_is_named(tmp_path: Path, prefect_api: str, obstacle: str, words: list[str]) -> None:
    """`up` ends with exit code 2 and one line that names the obstacle, after what is misspelt, and starts nothing."""
    variables = {"PREFECT_HOME": str(tmp_path / "home"), "IMAGES_BUDGETT": '{"run_usd": 1}'}
    if obstacle == "another server":
        variables["PREFECT_API_URL"] = "https://key@prefect.example.com/api"
    if obstacle == "a run":  # ours: the server of these tests is in use
        variables["PREFECT_HOME"] = os.environ["PREFECT_HOME"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1] if obstacle == "a taken port" else free_port()
        done = command("up", "--port", str(port), **variables)
    misspelt, *others = done.stderr.strip().splitlines()
    assert "IMAGES_BUDGETT: there is no such variable" in misspelt
    assert (done.returncode, len(others)) == (2, 1)
    assert all(word in others[0] for word in words)
    assert "key@" not in done.stderr
    assert httpx.get(f"{prefect_api}/health").status_code == 200


def test_a_topic_is_enough(machine: Machine, up: object) -> None:
    """A run with nothing but a topic completes; its gallery and every picture can be read while `up` runs."""
    form = machine.ask("GET", "deployments/name/article-images/manual")["id"]
    assert f"{machine.ui}/deployments/deployment/{form}/run" in machine.said
    run = machine.run_manual("Kaffee")
    wait_for(lambda: machine.state(run) in {"COMPLETED", "FAILED", "CRASHED"})
    assert machine.state(run) == "COMPLETED"
    [gallery] = machine.ask("POST", "artifacts/filter", artifacts={"flow_run_id": {"any_": [run]},
                                                                   "type": {"any_": ["markdown"]}})  # fmt: skip
    pictures = json.loads((machine.folder / ".article-images/storage/images/default/kaffee/manifest.json").read_text())
    assert len(pictures["images"]) == 7
    for picture in pictures["images"]:
        assert picture["url"] in gallery["data"]
        answer = httpx.get(picture["url"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, picture["content_type"])
        assert len(answer.content) == picture["bytes"]
    assert machine.replicate.created() == 3  # `.env` counts for runs that the worker starts elsewhere
    wait_for(lambda: f"default/kaffee  Completed  {machine.ui}/artifacts/artifact/{gallery['id']}" in machine.said)


def test_a_run_beside_it_shares_server_and_storage(machine: Machine, up: object) -> None:
    """`run` finds the server and the storage of `up`: its pictures can be read when it has ended."""
    done = machine.call("run", str(EXAMPLES / "cafe-creme.json"), "--only", "card", "--json")
    assert done.returncode == 0, done.stderr
    image_set = json.loads(done.stdout)
    assert machine.state(image_set["flow_run_id"]) == "COMPLETED"
    assert all(httpx.get(image["url"]).status_code == 200 for image in image_set["images"])


def test_a_backlog_is_cancelled_and_killed_after_its_first_article(
    machine: Machine, up: object, tmp_path: Path
) -> None:
    """One article's end is not that of its process: a backlog can be cancelled after it, and has crashed if killed."""
    machine.replicate.delay = 0.0
    backlog = machine.ask("GET", "deployments/name/article-backlog/shard")["id"]

    def second_article_of(*topics: str) -> str:
        """Start a backlog, and return its run when its second article waits for its picture."""
        folder = tmp_path / topics[0]
        folder.mkdir()
        for topic in topics:
            (folder / f"{topic}.json").write_text(json.dumps({"topic": topic}))
        machine.replicate.fault("create", "stuck", times=None, match=lambda call: topics[1] in str(call.input))
        before = machine.replicate.created()
        parameters = {"source": str(folder), "at_once": 1, "only": ["hero"]}
        run = machine.ask("POST", f"deployments/{backlog}/create_flow_run", parameters=parameters)["id"]
        wait_for(lambda: machine.replicate.created() == before + 2)
        return str(run)

    def process_of(run: str) -> list[int]:
        wanted, found = f"PREFECT__FLOW_RUN_ID={run}".encode(), []
        for pid in machine.processes():
            with suppress(ProcessLookupError, FileNotFoundError):  # it has ended meanwhile
                if wanted in Path(f"/proc/{pid}/environ").read_bytes():
                    found.append(pid)
        return found

    run = second_article_of("a-wein", "b-bier")
    before = machine.replicate.created()
    machine.ask("POST", f"flow_runs/{run}/set_state", state={"type": "CANCELLING"})
    wait_for(lambda: machine.state(run) == "CANCELLED" and not process_of(run))
    assert machine.replicate.created() == before
    articles = machine.ask("POST", "flow_runs/filter", flow_runs={"parent_flow_run_id": {"any_": [run]}})
    assert sorted(one["state"]["type"] for one in articles) == ["CANCELLED", "COMPLETED"]

    run = second_article_of("c-saft", "d-most")
    [pid] = process_of(run)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: machine.state(run) in {"CRASHED", "COMPLETED"})
    assert machine.state(run) == "CRASHED"
    machine.replicate.faults.clear()


def test_sigterm_ends_everything_and_a_run_says_that_it_was_stopped(
    machine: Machine, up: "subprocess.Popen[bytes]"
) -> None:
    """While predictions take a minute, SIGTERM ends all processes with exit code 0; the run is Cancelled.

    A second `up` says which process to send it to, with exit code 2. Then `up` starts again; when a part of it is
    killed it says which, ends the rest, and exits with 1.
    """
    machine.replicate.delay = 60.0
    before = machine.replicate.created()
    run = machine.run_manual("Tee")
    wait_for(lambda: machine.replicate.created() == before + 3)
    second = machine.call("up")
    assert second.returncode == 2
    [pid] = re.findall(rf"process (\d+), {machine.ui}; end it with: kill \1\n", second.stderr)
    os.kill(int(pid), signal.SIGTERM)
    assert up.wait(PATIENCE) == 0
    assert machine.processes() == {}
    assert machine.said.endswith("article-images up: stopped\n")

    again = machine.start()
    assert machine.state(run) == "CANCELLED"
    os.kill(machine.process("rclone serve http"), signal.SIGKILL)
    assert again.wait(PATIENCE) == 1
    assert machine.processes() == {}
    assert "article-images: the embedded storage (reading) has ended" in machine.said


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_signal_while_it_starts_leaves_nothing_behind(machine: Machine, number: signal.Signals) -> None:
    """While the server starts, a polite signal ends all of it with exit code 0, and kill -9 leaves nothing either.

    A server that only lingers, from an earlier run, makes room, whatever comes after.
    """
    with lingering_server(machine) if number == signal.SIGHUP else nullcontext() as lingers:
        starting = machine.start(until="starting the Prefect server")
        wait_for(lambda: lingers is None or lingers.poll() is not None)
        wait_for(lambda: any(f"local_server {machine.port} " in line for line in machine.processes().values()))
    starting.send_signal(number)
    assert starting.wait(PATIENCE) == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    wait_for(lambda: not machine.processes())
