"""What is printed, and what other users of the machine can see of it."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from blocks.storage.private_files import make_private_folder, write_private
from flows.local_stack.local_server import server_environment
from imaging.children import minimal_environment
from tests.flows.conftest import command

TOPIC = "Käse, 茶 und 🍵"


def test_json_and_tables_need_no_utf8(painted: Path, prefect_api: str) -> None:
    """On an ASCII terminal JSON is JSON with all its words, a table is a table, and files are for their owner alone."""
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    given = json.dumps({"topic": TOPIC})
    done = command("run", "-", "--json", "--only", "card", stdin=given, prefect_api=prefect_api, **ascii_only)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["topic"] == TOPIC
    table = command("run", "-", "--only", "card", stdin=given, prefect_api=prefect_api, **ascii_only)
    assert table.returncode == 0, table.stderr
    assert "complete" in table.stdout
    left = [painted, *painted.rglob("*")]
    assert len(left) > 10
    assert [path for path in left if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


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


def test_new_files_are_private_and_old_folders_are_left_alone(tmp_path: Path) -> None:
    """Whatever the umask, what is made is for its owner; a folder that is there is the operator's to open or close."""
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        write_private(tmp_path / "a" / "b" / "c.json", b"{}")
        make_private_folder(tmp_path)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / part).stat().st_mode) for part in (".", "a", "a/b", "a/b/c.json")]
    assert modes == [0o755, 0o700, 0o700, 0o600]


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
    from imaging.cards.svg import draw_svg

    draw_svg(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>', 1000)
    with embedded_storage(tmp_path / "data"):
        pass
    assert len(started) == 3
    assert all(isinstance(env, dict) and "REPLICATE_API_TOKEN" not in env for env in started)
