"""Which of an article's two manifests counts."""

import json
from pathlib import Path

import pytest

from blocks.records.manifests import Manifests
from blocks.records.records import Records
from imaging.names import keys, record_paths
from tests.world import World

SECOND = "2026-11-30T02:00:00+00:00"
LATER = "2026-11-30T02:00:01+00:00"


@pytest.mark.parametrize(
    ("whole", "public", "counts"),
    [
        (("a", SECOND), ("a", SECOND), "whole"),
        (("a", SECOND), ("b", SECOND), "public"),
        (("a", LATER), ("b", SECOND), "whole"),
        (("a", SECOND), ("b", LATER), "public"),
    ],
)
def test_the_newer_manifest_counts(
    world: World, tmp_path: Path, whole: tuple[str, str], public: tuple[str, str], counts: str
) -> None:
    """Of one run the whole one counts; of two, even of one second, one that is surely newer, else the public."""
    records = Records(None, tmp_path)
    for name, (run, created) in {"whole": whole, "public": public}.items():
        document = json.dumps({"topic": name, "flow_run_id": run, "created_at": created})
        if name == "whole":
            records.write(record_paths.whole_manifest("acme", "tea"), document.encode())
        else:
            world.store.put_json(keys.manifest_key("acme", "tea"), document)
    assert Manifests(world.store, records, prompts=False).read("acme", "tea").document["topic"] == counts
