"""genblaze in an environment of its own, below the user's cache folder: its pins are not ours (Pillow below 12)."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

REQUIREMENTS = ("genblaze==0.4.5", "genblaze-replicate==0.3.4")
_SECONDS = 300


@cache
def python_with_genblaze() -> Path | None:
    """Return the Python of the environment, made at the first use; None where it cannot be made, which is printed."""
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cached / "article-images-bench" / REQUIREMENTS[0]
    python, whole = folder / "bin" / "python", folder / "whole"
    if whole.exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=_SECONDS)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS]
        subprocess.run(pip, check=True, timeout=_SECONDS, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"genblaze cannot be installed, its column stays empty: {error}\n")
        return None
    whole.touch()
    return python
