"""What the settings complain of."""

import pytest

from blocks.configuration.settings import load_settings
from imaging.errors import ConfigurationError


def complaint(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as wrong:
        load_settings()
    assert wrong.value.__cause__ is None  # a traceback would show the values
    assert wrong.value.__suppress_context__ or wrong.value.__context__ is None
    return str(wrong.value)
