"""What `prefect.yaml` asks when it is deployed, and again where a run starts: where the code lies, what runs it."""

import os
import shlex
import sys

HOME = "IMAGES_HOME"
"""The folder of the code on a machine. Not a setting of the product: a run has not begun when it is read."""


def here() -> dict[str, str]:
    """Return the folder where runs start, and the command that runs a flow.

    Without IMAGES_HOME the folder is this one, and the command this very Python: all is on one machine. With it, runs
    start elsewhere too, and take the `python` that is first on the PATH of their worker.

    The command is Prefect's engine, with the signals held from the first moment on. Left to itself, a process worker
    starts a first Python that only prepares the folder: 1.2 s of CPU more, before each run.
    """
    home = os.environ.get(HOME)
    python = "python" if home else sys.executable
    return {"folder": home or os.getcwd(), "engine": shlex.join([python, "-m", "flows.lifecycle.run_engine"])}


def enter(folder: str) -> dict[str, str]:
    """Go to the folder of the code on this machine: IMAGES_HOME, or else the one that was deployed with.

    Raises OSError where there is no such folder here.
    """
    os.chdir(os.environ.get(HOME) or folder)
    return {"directory": os.getcwd()}
