"""Where runs put what they keep: an earlier version's records, claims, locks and spending are found by this one."""

import json
import re
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient

from imaging.articles.files.parsing import parse_markdown
from imaging.slug import short_hash
from tests.conftest import EXAMPLES
from tests.standins.vendors.predictions import NSFW
from tests.world import CommandLine, World, run_set

PINS = Path(__file__).with_name("pinned_places.json")
_CHANGING = [
    (r"(?<=_backlog[./])[0-9a-f]{16}|(?<=gallery/backlog-)[0-9a-f]{16}", "SOURCE"),  # by the bucket's address
    (r"_predictions/\w+", "_predictions/ID"),
    (r"\d{4}-\d{2}(?=\.json|\.untold)", "MONTH"),
    (r"_[0-9a-f]{16}(?=\.)", "_CONTENT"),
    (r"_[0-9a-f]{8}(?=\.)", "_CONTENT"),
]


def _named(names: list[str]) -> list[str]:
    """The names without what differs from run to run: ids, the month, the hashes of pictures."""
    for pattern, word in _CHANGING:
        names = [re.sub(pattern, word, name) for name in names]
    return sorted(set(names))


def _files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def test_what_runs_keep_lies_where_it_always_lay(
    world: World, api: SyncPrefectClient, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Objects, records, claims, the month's spending, a backlog's index, this machine's files and locks are pinned."""
    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps({"month_usd": 5.0}))
    monkeypatch.setenv("IMAGES_PINNED", "on")
    example = EXAMPLES / "laktoseintoleranz-und-laktase.md"
    world.replicate.fault(
        "create", "failed", times=1, error=NSFW, match=lambda call: call.input["aspect_ratio"] == "9:16"
    )
    run_set(parse_markdown(example.read_text()))
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "kaffee.md").write_text("---\ntopic: Kaffee\narticle_id: k-1\nuser_id: acme_2\n---\n## Eins\n")
    monkeypatch.chdir(tmp_path)
    assert cli("backlog", "articles").returncode == 0
    data = Path(world.environment["IMAGES_DATA_DIR"])
    files = {path.name for path in (data / "locks").iterdir()}  # the API may know locks of other tests
    limits = [limit.name for limit in api.read_global_concurrency_limits(limit=200, offset=0)]
    locks = [name for name in limits if short_hash(name, 32) in files]
    places = {
        "bucket": _named(_files(world.bucket)),
        "machine": _named([name for name in _files(data) if not name.startswith(("results/", "locks/"))]),
        "locks": _named(locks),
    }
    assert len(locks) == len(files)
    assert places == json.loads(PINS.read_text())
