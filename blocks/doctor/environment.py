"""Checks of the environment and `.env`: valid values, no misspelt names, file permissions."""

import os
from collections.abc import Iterator
from pathlib import Path

from blocks.configuration.env_file import in_env_file
from blocks.configuration.spelling import misspelt_variables
from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import Installation
from blocks.vendors.registry import VENDORS

_OTHERS_READ = 0o044
_OURS = ("B2_", "IMAGES_", *(vendor.prefix for vendor in VENDORS.values()))
_SECRET = ("_KEY", "_TOKEN", "_ALERTS_URL")


def check_settings(installation: Installation) -> Iterator[Finding]:
    """Report every invalid variable by its name."""
    if installation.settings is None:
        mend = "set it right in the environment or in .env (docs/variables.md lists the variables)"
        for complaint in installation.complaint.split("; "):
            yield failure("settings", complaint, mend)
    else:
        yield well("settings", "every variable is valid")


def check_spelling(_installation: Installation) -> Iterator[Finding]:
    """Find unknown variables with names similar to known ones."""
    for name, meant in misspelt_variables():
        yield warning("spelling", f"unknown variable {name}, ignored", f"did you mean {meant}?")


def check_env_file(_installation: Installation) -> Iterator[Finding]:
    """Check that other users of this machine cannot read the secrets in `.env`."""
    path = Path(".env")
    if path.is_file() and path.stat().st_mode & _OTHERS_READ and _holds_secrets():
        yield warning(".env", "contains keys and can be read by other users of this machine", "chmod 600 .env")


def secrets_given() -> Iterator[str]:
    """Yield the keys and tokens of the environment, valid or not, to redact them."""
    for name, value in [*os.environ.items(), *in_env_file().items()]:
        if value and name.upper().startswith(_OURS) and name.upper().endswith(_SECRET):
            yield value.strip()


def _holds_secrets() -> bool:
    return any(name.upper().endswith(_SECRET) and value for name, value in in_env_file().items())
