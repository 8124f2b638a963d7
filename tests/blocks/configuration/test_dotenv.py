"""The `.env` file: read, overridden by the environment, and not trusted with its keys."""

from pathlib import Path

import pytest

from blocks.configuration.settings import load_settings
from imaging.errors import ConfigurationError
from tests.blocks.configuration.complaints import complaint


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` in the folder of the call is read, what is not ours in it is left alone, and a variable overrides it."""
    Path(".env").write_text("IMAGES_CONCURRENCY=7\nIMAGES_MAX_BYTES=99\nREPLICATE_API_TOKEN=\nOTHER=1\n")
    monkeypatch.setenv("IMAGES_MAX_BYTES", "100")
    settings = load_settings()
    assert (settings.images_concurrency, settings.images_max_bytes) == (7, 100)
    assert settings.replicate_api_token is None


def test_a_file_that_cannot_be_read_is_told() -> None:
    """A binary `.env` is a configuration error and no traceback."""
    Path(".env").write_bytes(b"IMAGES_CONCURRENCY=\xff\xfe\n")
    with pytest.raises(ConfigurationError, match=r"^\.env cannot be read"):
        load_settings()


def test_a_wrong_value_in_the_file_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong in `.env` is told like what is wrong in the environment."""
    Path(".env").write_text("IMAGES_CONCURRENCY=geheim\n")
    assert complaint(monkeypatch).startswith("IMAGES_CONCURRENCY: ")


@pytest.mark.parametrize(
    "line",
    ["REPLICATE_API_TOKEN: geheim", "REPLICATE_API_TOKEN:geheim", "REPLICATE_API_TOKEN geheim", "REPLICATE_API_TOKEN",
     '"REPLICATE_API_TOKEN"="geheim"', 'set REPLICATE_API_TOKEN=geheim', '$env:REPLICATE_API_TOKEN = "geheim"',
     '{"REPLICATE_API_TOKEN": "geheim"}', "- REPLICATE_API_TOKEN=geheim", 'REPLICATE_API_TOKEN="geheim',
     "replicate_api_token : geheim"],
)  # fmt: skip
def test_a_line_that_sets_nothing_is_told(line: str) -> None:
    """A line of `.env` that names a variable and is not read would be painted over in silence: it is an error."""
    Path(".env").write_text(f"# REPLICATE_API_TOKEN: comment\nOTHER: thing\n\n{line}\n")
    with pytest.raises(ConfigurationError, match=r"^\.env: line 4 .*REPLICATE_API_TOKEN") as raised:
        load_settings()
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(
    ("secret", "address"),
    [("REPLICATE_API_TOKEN", "REPLICATE_BASE_URL"), ("CHUTES_API_KEY", "CHUTES_BASE_URL"),
     ("IMAGES_LLM_API_KEY", "IMAGES_LLM_BASE_URL")],
)  # fmt: skip
def test_a_file_does_not_say_where_the_environments_keys_go(
    monkeypatch: pytest.MonkeyPatch, secret: str, address: str
) -> None:
    """A `.env` in the working folder may be anybody's: key and address come from one place, or nothing is sent."""
    monkeypatch.setenv("IMAGES_LLM_MODEL", "any")
    values = {secret: "geheim", address: "https://evil.example"}
    for in_file, in_environment in ((address, secret), (secret, address)):
        Path(".env").write_text(f"{in_file}={values[in_file]}\n")
        monkeypatch.setenv(in_environment, values[in_environment])
        with pytest.raises(ConfigurationError, match=rf"^\.env: .*{address}") as raised:
            load_settings()
        assert "geheim" not in str(raised.value)
        monkeypatch.delenv(in_environment)
    Path(".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()) + "PREFECT_API_KEY=x\n")
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example/api")
    load_settings()
    for name, value in values.items():  # then the file has no say
        monkeypatch.setenv(name, value)
    load_settings()
