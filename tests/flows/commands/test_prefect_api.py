"""The Prefect API of a command, where it is away."""

import pytest

from flows.exit_codes import BAD_INPUT
from tests.world import command


@pytest.mark.parametrize("arguments", [["run", "-", "--json"], ["usage"], ["erase", "acme", "--yes"]])
def test_an_api_that_is_away_is_named(arguments: list[str]) -> None:
    """Nothing is begun: one line names the variable, and the exit code is that of a wrong configuration."""
    done = command(*arguments, prefect_api="http://127.0.0.1:9/api", stdin='{"topic": "Tea"}')
    assert (done.returncode, done.stdout) == (BAD_INPUT, "")
    assert "PREFECT_API_URL: http://127.0.0.1:9/api cannot be reached" in done.stderr
