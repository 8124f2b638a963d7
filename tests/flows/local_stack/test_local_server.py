"""The local Prefect server: what it is started with."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.local_stack.local_server import server_environment
from imaging.children import minimal_environment
from tests import ROOT

SETTINGS = tomllib.loads((ROOT / "prefect.toml").read_text())


def test_children_get_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A child has what it needs to run; the local Prefect server its own settings and the proxy beside."""
    secrets = ("B2_APPLICATION_KEY", "REPLICATE_API_TOKEN", "CHUTES_API_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN",
               "IMAGES_LLM_API_KEY", "IMAGES_ALERTS_URL", "PREFECT_API_KEY", "DATABASE_URL")  # fmt: skip
    for name in secrets:
        monkeypatch.setenv(name, "geheim")
    monkeypatch.setenv("PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT", "true")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    for child in (minimal_environment(), server_environment("http://127.0.0.1:1/api", tmp_path, os.environ)):
        assert "geheim" not in child.values()
        assert child["PATH"] == os.environ["PATH"]
    assert child["PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT"] == "true"
    assert child["https_proxy"] == "http://proxy:3128"


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values of a nested table, by their path in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def at(path: tuple[str, ...], settings: Any) -> Any:
    """The value at a path in a nested table."""
    for key in path:
        settings = settings[key]
    return settings


def test_the_local_server_has_the_settings_of_the_file(prefect_api: str) -> None:
    """Each value of prefect.toml is that of the running server, which works in another folder."""
    there = httpx.get(f"{prefect_api}/admin/settings").json()
    assert {path: at(path, there) for path, _ in leaves(SETTINGS)} == dict(leaves(SETTINGS))


def test_a_server_that_is_started_in_the_root_has_them_too(tmp_path: Path) -> None:
    """Prefect's own commands find the file there; a prefect.toml in a user's folder does not reach the local server."""
    (tmp_path / "prefect.toml").write_text('[server.ui]\nv2_enabled = true\napi_url = "http://elsewhere/api"\n')
    ask = "from prefect.settings import get_current_settings as s; print(s().model_dump_json(include={'server'}))"
    plain = minimal_environment(given=os.environ) | {"PREFECT_HOME": str(tmp_path)}
    ours = server_environment("http://127.0.0.1:1/api", tmp_path, plain)
    for folder, environment in ((ROOT, plain), (tmp_path, ours)):
        shown = subprocess.run(
            [sys.executable, "-c", ask], cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        there = json.loads(shown.stdout)
        assert {path: at(path, there) for path, _ in leaves(SETTINGS)} == dict(leaves(SETTINGS))
