"""`article-images doctor`: what is printed, and with which exit code it ends."""

import json
from pathlib import Path

import pytest

from tests.blocks.doctor.stage import Stage
from tests.slate import wipe
from tests.world import CommandLine, command


def test_the_command_prints_lines_for_people(
    stage: Stage, prefect_api: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line a check with its level, the mend below, their number at the end, and exit code 1."""
    monkeypatch.setenv("IMAGES_CONCURRENCY", "many")
    done = cli("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert f"ok    Prefect API: {prefect_api} answers" in lines
    wrong = next(number for number, line in enumerate(lines) if line.startswith("FAIL  settings: IMAGES_CONCURRENCY: "))
    assert lines[wrong + 1].startswith("      -> set it right in the environment or in .env")
    assert lines[-1].startswith("1 failed, ")


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
