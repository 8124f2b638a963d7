"""Installs this package and what a lock names into the environment that runs this: `install.sh LOCK` calls it.

By uv, which pip fetches for as long as it takes: that is seconds where pip needs minutes. By pip itself where uv does
not find the packages, as behind an index that only pip's configuration names.
"""

import platform
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

LOG = Path(sys.prefix) / "install.log"
# Wheels alone: a wall of a compiler's output tells nobody which package it was.
PINNED = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement")
THIS = ("--no-deps", "--no-build-isolation", "--editable", ".")
PIP = (sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "install")
UV = ("pip", "install", "--color", "never", "--python", sys.executable)
# Where Python may not keep what it compiles, each start compiles a thousand modules: 15 s. pip does it in any case.
BYTECODE = ("--compile-bytecode",) if sys.dont_write_bytecode else ()
CODE = ("flows", "tasks", "blocks", "imaging")
EVERY = 2  # seconds between two lines where there is no terminal
STEP = re.compile(r"\s*(Downloading|Collecting|Resolved|Prepared|Installing|Building) .*?(?=\s*$| \(from )")
CAUSES = (
    (r"No space left on device", "the disk is full"),
    (r"Failed to establish a new connection|name resolution|dns error", "the package index cannot be reached"),
    (r"Because (\S+) has no usable wheels", "there is no wheel of {} for {}"),
    (r"No matching distribution found for (\S+)", "pip finds no wheel of {} for {}"),
    (r"DO NOT MATCH THE HASHES.*?^ *(\S+) from", "{} has another hash than in the lock"),
)


def main(lock: str) -> str | None:
    """Install. Return why it failed, if it did."""
    show(f"Installing the packages of {lock} into .venv, once.\n")
    with LOG.open("w+") as log:
        if by_uv(lock, log) or by_pip(lock, log):
            if sys.dont_write_bytecode:
                ran([sys.executable, "-m", "compileall", "-q", *CODE], log)
            show("", over=True)
            return None
        log.seek(0)
        return f"\nThe installation failed: {cause(log.read())}. All that was printed: {LOG}"


def by_uv(lock: str, log: TextIO) -> bool:
    """Install by uv of the version that is in the developers' lock. Return False if that failed."""
    pin = re.search(r"^uv==.*?(?=^\S|\Z)", Path("requirements-dev.lock").read_text(), re.DOTALL | re.MULTILINE)
    with TemporaryDirectory() as folder:
        requirement = Path(folder, "uv.txt")
        requirement.write_text(pin[0] if pin else "uv")
        uv = Path(folder, "bin", "uv")
        return (
            ran([*PIP, "--quiet", "--retries", "1", "--target", folder, *PINNED, str(requirement)], log)
            and ran([str(uv), *UV, *BYTECODE, *PINNED, lock], log)
            and ran([str(uv), *UV, *THIS], log)
        )


def by_pip(lock: str, log: TextIO) -> bool:
    """Install by pip. Return False if that failed."""
    return ran([*PIP, *PINNED, lock], log) and ran([*PIP, *THIS], log)


def ran(command: Sequence[str], log: TextIO) -> bool:
    """Run a command, show what it is at, and log all it prints. Return whether it went well."""
    shown = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        for line in process.stdout or ():
            log.write(line)
            if (step := STEP.match(line)) and (sys.stdout.isatty() or time.monotonic() > shown + EVERY):
                show(f"  {step[0].strip()}"[:100], over=True)
                shown = time.monotonic()
    return process.returncode == 0


def show(text: str, over: bool = False) -> None:
    """Print on the terminal, over the line that was printed before; elsewhere a line."""
    if over and sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K{text}")
    elif text:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def cause(log: str) -> str:
    """Return why, in a few words that name the package."""
    here = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    for pattern, words in CAUSES:
        if found := re.search(pattern, log, re.DOTALL | re.MULTILINE):
            return words.format(*found.groups(), here)
    return (log.strip().splitlines() or ["no reason was given"])[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
