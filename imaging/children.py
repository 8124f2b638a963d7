"""The environment of child processes: what a program needs to run, and none of the keys that are for us alone."""

import os
from collections.abc import Mapping

_KEPT = {
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "DO_NOT_TRACK",
}  # fmt: skip
_PREFIXES = ("LC_", "PYTHON", "ARTICLE_IMAGES_")  # the last: marks by which our processes are found and ended


def minimal_environment(*also: str, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables for a child; `also`: beginnings of further names, in either case, that it needs."""
    source = os.environ if given is None else given
    return {
        name: value for name, value in source.items() if name in _KEPT or name.upper().startswith((*_PREFIXES, *also))
    }
