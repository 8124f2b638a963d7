"""The Prefect API of a command, where it is away."""

import json
from pathlib import Path

import pytest

from flows.exit_codes import BAD_INPUT
from tests.world import CommandLine, World, command


@pytest.mark.parametrize("arguments", [["run", "-", "--json"], ["usage"], ["erase", "acme", "--yes"]])
def test_an_api_that_is_away_is_named(arguments: list[str]) -> None:
    """Nothing is begun: one line names the variable, and the exit code is that of a wrong configuration."""
    done = command(*arguments, prefect_api="http://127.0.0.1:9/api", stdin='{"topic": "Tea"}')
    assert (done.returncode, done.stdout) == (BAD_INPUT, "")
    assert "PREFECT_API_URL: http://127.0.0.1:9/api cannot be reached" in done.stderr


def test_an_api_that_has_no_address_is_told_how_to_write_one() -> None:
    """What is no address is told from a server that is away, and in no words of the HTTP client."""
    done = command("run", "-", "--json", prefect_api="127.0.0.1:4200/api", stdin='{"topic": "Tea"}')
    assert done.returncode == BAD_INPUT
    assert "PREFECT_API_URL: " in done.stderr
    assert "is no address. To fix it: write it like http://127.0.0.1:4200/api" in done.stderr


def test_a_misspelt_variable_is_named_before_anything_is_made(
    world: World, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit in a variable that nobody reads limits nothing: every command says so, and still prints its result."""
    (tmp_path / "tea.md").write_text("# Tea\n\nText.\n")
    monkeypatch.setenv("IMAGES_BUDGETT", '{"run_usd": 1}')
    monkeypatch.setenv("IMAGES_SOMETHING_ELSE", "x")
    done = cli("plan", str(tmp_path / "tea.md"), "--json", "--only", "card")
    assert (done.returncode, json.loads(done.stdout)["slug"]) == (0, "tea")
    told = "article-images: IMAGES_BUDGETT: there is no such variable, it is ignored: did you mean IMAGES_BUDGETS?"
    assert [line for line in done.stderr.splitlines() if "variable" in line] == [told]
