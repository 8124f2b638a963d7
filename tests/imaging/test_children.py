"""Child processes: what they inherit."""

import subprocess
from pathlib import Path

import pytest


def test_the_renderer_and_the_storage_inherit_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what draws a logo nor what serves the storage is started with our keys."""
    monkeypatch.setenv("REPLICATE_API_TOKEN", "geheim")
    started: list[object] = []
    real = subprocess.Popen.__init__

    def noted(self: "subprocess.Popen[bytes]", *args: object, **options: object) -> None:
        started.append(options.get("env"))
        real(self, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    from blocks.storage.embedded import embedded_storage
    from imaging.cards.logos.svg import draw_svg

    draw_svg(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>', 1000)
    with embedded_storage(tmp_path / "data"):
        pass
    assert len(started) == 3
    assert all(isinstance(env, dict) and "REPLICATE_API_TOKEN" not in env for env in started)
