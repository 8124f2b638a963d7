"""A signal while no run is under way: raised in the main thread, wherever that is."""

import subprocess
import sys

import pytest

from tests import ROOT

SWALLOWED = """
import os, signal, sys
from flows.lifecycle.stop_signals import Stopped, signals_held

def swallow():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except Stopped:
        pass

def wrap():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except Stopped as stopped:
        raise RuntimeError("another error") from stopped

with signals_held():
    try:
        with signals_held():
            %s
            raise ValueError("what came of it")
    except Exception as error:
        sys.exit(f"{error}, told as any other")
"""


@pytest.mark.parametrize("where", ["swallow()", "wrap()"])
def test_a_stop_that_is_swallowed_or_made_into_another_error_is_a_stop(where: str) -> None:
    """Python ignores what is raised in a destructor or a callback of an import, and pydantic wraps it: still 130."""
    done = subprocess.run(
        [sys.executable, "-c", SWALLOWED % where], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == "article-images: stopped by SIGINT\n"


def test_an_error_without_a_signal_is_that_error() -> None:
    """Where nobody has stopped the process, what was raised is raised on."""
    done = subprocess.run(
        [sys.executable, "-c", SWALLOWED % "pass"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "what came of it, told as any other\n")
