"""The environment and `.env`: readable, valid, and no name misspelt."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from blocks.configuration.settings import Settings
from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.scene import Scene

_OTHERS_READ = 0o044
_ELSEWHERE = {"IMAGES_HOME", "IMAGES_LOG"}  # read before there are settings
_OURS, _SECRET = ("B2_", "IMAGES_", "CHUTES_", "REPLICATE_"), ("_KEY", "_TOKEN", "_ALERTS_URL")


def check_settings(scene: Scene) -> Iterator[Finding]:
    """Say every variable that is wrong, by its name."""
    if scene.settings is None:
        mend = "set it right in the environment or in .env (the README's table of variables says what it takes)"
        for complaint in scene.complaint.split("; "):
            yield failure("settings", complaint, mend)
    else:
        yield well("settings", "every variable is valid")


def check_spelling(_scene: Scene) -> Iterator[Finding]:
    """Find variables that nobody reads and that look like ones that are read."""
    known = {name.upper() for name in Settings.model_fields} | _ELSEWHERE
    given = {name.upper() for name in (*os.environ, *_in_file())}
    for name in sorted(given - known):
        meant = get_close_matches(name, known, n=1, cutoff=0.75) if name.startswith(_OURS) else []
        if meant and meant[0] not in given:
            yield warning("spelling", f"nobody reads the variable {name}", f"did you mean {meant[0]}?")


def check_env_file(_scene: Scene) -> Iterator[Finding]:
    """Look whether others on this machine may read the secrets in `.env`."""
    path = Path(".env")
    if path.is_file() and path.stat().st_mode & _OTHERS_READ and _holds_secrets():
        yield warning(".env", "holds keys and can be read by other users of this machine", "chmod 600 .env")


def secrets_given() -> Iterator[str]:
    """Yield the keys and tokens as they were given, valid or not, to be kept out of what is shown."""
    for name, value in [*os.environ.items(), *_in_file().items()]:
        if value and name.upper().startswith(_OURS) and name.upper().endswith(_SECRET):
            yield value.strip()


def _holds_secrets() -> bool:
    return any(name.upper().endswith(_SECRET) and value for name, value in _in_file().items())


def _in_file() -> dict[str, str | None]:
    try:
        return dict(dotenv_values(".env"))
    except (OSError, UnicodeDecodeError):
        return {}  # `check_settings` says so
