"""The environment of child processes: variables that programs need to run, without any API keys."""

import os
from collections.abc import Mapping

_KEPT = {
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "DO_NOT_TRACK",
}  # fmt: skip
_PREFIXES = ("LC_", "PYTHON", "ARTICLE_IMAGES_")  # the last: markers by which our processes are found and ended


def minimal_environment(*also: str, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables for a child process; `also`: further prefixes that it needs, in either case."""
    source = os.environ if given is None else given
    return {
        name: value for name, value in source.items() if name in _KEPT or name.upper().startswith((*_PREFIXES, *also))
    }
