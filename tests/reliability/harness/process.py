"""The console script as a process of its own, and what a run of it said."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests import OURS

CONFIGURING = (*OURS, "PREFECT_")
"""Prefixes of the variables that would configure the product or Prefect."""


@dataclass(frozen=True)
class Finished:
    """One run of the console script; `exit_code` is None where it had to be killed for taking too long."""

    exit_code: int | None
    seconds: float
    image_set: Mapping[str, Any] | None
    stderr: str

    @property
    def state(self) -> str:
        """What the run said of itself."""
        if self.exit_code is None:
            return "hangs"
        if self.image_set:
            return str(self.image_set["status"])
        return {0: "complete", 2: "refused", 3: "degraded", -9: "killed"}.get(self.exit_code, "error")

    @property
    def message(self) -> str:
        """The first error text: an image's, an old address's, the run's, or the last line on standard error."""
        found = self.image_set or {}
        errors = [image.get("error") for image in found.get("images", [])] + list(found.get("problems", []))
        errors += [link["why"] for link in found.get("links", []) if link["status"] not in {"moved", "remade"}]
        lines = [line for line in self.stderr.splitlines() if line.strip()]
        return next((str(error) for error in errors if error), lines[-1] if lines else "")


def parsed(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in a file; None without one."""
    try:
        value = json.loads(path.read_text())
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def clean_environment() -> dict[str, str]:
    """The environment without anything that would configure the product or Prefect."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(CONFIGURING)}
    return kept | {"DO_NOT_TRACK": "1", "IMAGES_VARIANTS": "off", "IMAGES_PINNED": "off"}


@lru_cache
def has_repair() -> bool:
    """Whether this version of the product has the command `repair`."""
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    helped = subprocess.run(
        [sys.executable, str(script), "--help"], env=clean_environment(), capture_output=True, text=True, check=False
    )
    return " repair " in helped.stdout
