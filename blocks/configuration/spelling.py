"""Variables that look like misspelt ones of ours: they are ignored, and a limit in one would limit nothing."""

import os
from collections.abc import Iterator
from difflib import get_close_matches

from blocks.configuration.env_file import in_env_file
from blocks.configuration.settings import Settings

_ELSEWHERE = {"IMAGES_HOME", "IMAGES_LOG", "IMAGES_SERVER_HOSTS"}  # read outside the settings
_LIKE = 0.75


def misspelt_variables() -> Iterator[tuple[str, str]]:
    """Yield each unknown variable of the environment or `.env` that looks like one of ours, and the one meant."""
    known = {name.upper() for name in Settings.model_fields} | _ELSEWHERE
    begin = tuple({f"{name.partition('_')[0]}_" for name in known})
    given = {name.upper() for name in (*os.environ, *in_env_file())}
    for name in sorted(name for name in given - known if name.startswith(begin)):
        meant = get_close_matches(name, known, n=1, cutoff=_LIKE)
        if meant and meant[0] not in given:
            yield name, meant[0]
