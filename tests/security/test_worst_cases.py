"""Texts and files that make patterns and parsers take their time: all of them are through in bounded CPU time."""

import resource
import subprocess
import sys

import pytest

from tests.security.worst_cases import ALL


@pytest.mark.parametrize("name", ALL)
def test_the_worst_case_is_over_in_bounded_time(name: str) -> None:
    """What takes exponential or quadratic time would not end within this limit, however fast the machine is."""
    command = [sys.executable, "-m", "tests.security.worst_cases", name]
    done = subprocess.run(command, check=False, capture_output=True, text=True, preexec_fn=_limited)
    assert done.returncode == 0, done.stderr[-2000:]


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
