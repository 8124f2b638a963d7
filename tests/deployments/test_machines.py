"""Any machine: which Python is taken, what is said where there is none, and how the image's commands are found."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT

FOLDER = ROOT / "deployments"
OLD = '[ "$1" = -V ] && echo "Python 3.9.2"'


def ran(script: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of `deployments` with these variables alone."""
    return subprocess.run(
        ["/bin/sh", FOLDER / script, *arguments], env=variables, capture_output=True, text=True, check=False
    )


def programs(folder: Path, **scripts: str) -> str:
    """Return a PATH of nothing but the shell's own tools and these scripts, by name."""
    folder.mkdir()
    for tool in ("sh", "sed", "head", "cat", "dirname"):
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    for name, script in scripts.items():
        (folder / name.replace("_", ".")).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name.replace("_", ".")).chmod(0o755)
    return str(folder)


def test_python3_goes_first_then_the_newest_that_is_supported(tmp_path: Path) -> None:
    """`python3` is taken if it is supported; else the newest that works, also where it is a shim of pyenv."""
    this = f'exec {sys.executable} "$@"'
    shim = f'[ "$PYENV_VERSION" = 3.12 ] || exit 127; {this}'
    first = programs(tmp_path / "first", python3=this, python3_14="echo wrong")
    later = programs(tmp_path / "later", python3=OLD, python3_14="exit 127", python3_12=shim)
    assert ran("find_python.sh", PATH=first).stdout.strip() == sys.executable
    assert ran("find_python.sh", PATH=later).stdout.strip() == sys.executable


def test_where_no_python_is_supported_the_message_says_what_is_needed(tmp_path: Path) -> None:
    """The message has the versions of pyproject.toml, the one that is there, and how to get another."""
    done = ran("find_python.sh", PATH=programs(tmp_path / "bin", python3=OLD))
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r"Python 3\.11 to 3\.14 .* is needed.*Python 3\.9\.2", done.stderr)
    assert "apt-get install python3-venv" in done.stderr


@pytest.mark.parametrize(
    ("given", "started"),
    [
        (["run", "-"], "article-images run -"),
        (["--help"], "article-images --help"),
        (["prefect", "worker"], "prefect worker"),
    ],
)
def test_the_image_takes_our_commands_and_any_program(tmp_path: Path, given: list[str], started: str) -> None:
    """`docker run IMAGE run -` is a command of article-images; compose and Kubernetes name programs."""
    said = 'echo "${0##*/} $*"; echo "$HOME"'
    path = programs(tmp_path / "bin", **{"article-images": said, "prefect": said})
    done = ran("entrypoint.sh", *given, PATH=path, IMAGES_DATA_DIR="/data")
    assert done.stdout.splitlines() == [started, "/data"]


def test_on_windows_a_sentence_says_where_it_runs() -> None:
    """Windows has no `fcntl`: WSL and the image are named, without a traceback."""
    script = "import sys\nsys.platform = 'win32'\nsys.modules['fcntl'] = None\nimport flows.entry\nflows.entry.main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "WSL" in done.stderr


@pytest.mark.timeout(900)
@pytest.mark.skipif(
    "CI" not in os.environ, reason="it installs users' packages for each Python that is here: make pythons"
)
def test_the_other_pythons_that_are_here() -> None:
    """Under every other supported Python all modules can be imported, and keys and pictures are the pinned ones."""
    done = subprocess.run(["sh", "tests/pythons.sh"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
