"""The local Prefect server: what it is started with."""

import os

import pytest

from flows.local_stack.local_server import server_environment
from imaging.children import minimal_environment


def test_children_get_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child has what it needs to run; the local Prefect server its own settings and the proxy beside."""
    secrets = ("B2_APPLICATION_KEY", "REPLICATE_API_TOKEN", "CHUTES_API_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN",
               "IMAGES_LLM_API_KEY", "IMAGES_ALERTS_URL", "PREFECT_API_KEY", "DATABASE_URL")  # fmt: skip
    for name in secrets:
        monkeypatch.setenv(name, "geheim")
    monkeypatch.setenv("PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT", "true")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    for child in (minimal_environment(), server_environment("http://127.0.0.1:1/api", os.environ)):
        assert "geheim" not in child.values()
        assert child["PATH"] == os.environ["PATH"]
    assert child["PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT"] == "true"
    assert child["https_proxy"] == "http://proxy:3128"
