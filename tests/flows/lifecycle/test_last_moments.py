"""A signal in the last milliseconds of a process, when Python has begun to take itself apart."""

import signal
import subprocess
import sys

import pytest

from tests import ROOT

ENDING = """
import os, time
from flows.lifecycle.stop_signals import signals_held_to_the_end

class Last:
    def __del__(self, write=os.write, sleep=time.sleep):
        write(1, b"ending")
        sleep(0.5)

last = Last()
with signals_held_to_the_end():
    pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_then_changes_nothing(number: signal.Signals) -> None:
    """What was done is done: the exit code is that of the run, and not that of a process which was killed."""
    with subprocess.Popen([sys.executable, "-c", ENDING], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.read(6) == b"ending"
        process.send_signal(number)
        assert process.wait(60) == 0
