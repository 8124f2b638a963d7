"""Steps of `prefect.yaml`, at deployment and before a run: the folder of the code, and the command of a run."""

import os
import shlex
import sys

HOME = "IMAGES_HOME"
"""The variable for the folder of the code on a machine. Read before a run begins, so it is not in the settings."""


def here() -> dict[str, str]:
    """Return the folder where runs start, and the command that runs a flow.

    Without IMAGES_HOME these are the current folder and Python, for a single machine. With it, runs may start on other
    machines, and use the first `python` on their worker's PATH.

    The command is Prefect's engine, with signals held from the start. By default a process worker would first start
    another Python to prepare the folder, which costs 1.2 s of CPU for each run.
    """
    home = os.environ.get(HOME)
    python = "python" if home else sys.executable
    return {"folder": home or os.getcwd(), "engine": shlex.join([python, "-m", "flows.lifecycle.run_engine"])}


def enter(folder: str) -> dict[str, str]:
    """Change to the folder of the code on this machine: IMAGES_HOME, or else the folder of the deployment.

    Raises OSError if it does not exist here.
    """
    os.chdir(os.environ.get(HOME) or folder)
    return {"directory": os.getcwd()}
