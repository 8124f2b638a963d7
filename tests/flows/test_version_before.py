"""What version 0.1 left behind: its bucket and its Prefect database are used on.

`version_0_1.zip` holds both after a run of that version on the example article, with a month's budget in the variable
`images_budgets` and all vendors made believe. It is left as it is.
"""

import hashlib
import sys
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

import pytest
from prefect.client.orchestration import get_client
from prefect.events.worker import EventsWorker
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.local_stack.local_server import local_api
from imaging.articles.files.parsing import parse_markdown
from imaging.kinds import Kind
from tests import forking
from tests.conftest import EXAMPLES
from tests.world import World, run_set

LEFT = Path(__file__).with_name("version_0_1.zip")


def _digests(folder: Path) -> dict[str, str]:
    """The objects below `folder` with the hash of their bytes, without what a run writes anew, claims too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"manifest.json", "gallery.html"} and path.parts[-3] != "_claims"
    }


def test_nothing_is_paid_for_again_and_nothing_moves(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run over an earlier version's bucket and database pays for nothing: pictures keep their keys and bytes.

    Cards, which cost nothing, are drawn as this version draws them, under their keys.
    """
    home, bucket = tmp_path / "prefect", world.bucket
    with ZipFile(LEFT) as left:
        left.extract("prefect.db", home)
        for name in left.namelist():
            if name.startswith("bucket/"):
                path = bucket / name.removeprefix("bucket/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(left.read(name))
    left_there = _digests(bucket)
    article = parse_markdown((EXAMPLES / "laktoseintoleranz-und-laktase.md").read_text())
    monkeypatch.setenv("PREFECT_HOME", str(home))
    monkeypatch.setenv("PREFECT_API_BLOCKS_REGISTER_ON_START", "false")  # those that Prefect brings take seconds
    monkeypatch.setattr(sys, "executable", forking.python())
    with local_api(home, linger=0) as url, temporary_settings({PREFECT_API_URL: url}):
        image_set = run_set(article)
        with get_client(sync_client=True) as client:
            limits = {limit.name for limit in client.read_global_concurrency_limits(limit=200, offset=0)}
        EventsWorker.drain_all(timeout=30)  # else it sends the events of later tests to this server, which is gone then
    assert Counter(image.status for image in image_set.images) == {"reused": 7, "stored": 2}
    cards = {str(image.key) for image in image_set.images if image.kind is Kind.CARD}
    assert {image.key for image in image_set.images if image.status == "stored"} == cards
    assert world.paid == (0, 0)
    now = _digests(bucket)
    changed = {key for key in left_there if now.get(key) != left_there[key]}
    assert {key for key in changed if key not in cards and not key.startswith("_results/default/_spend/")} == set()
    assert {key for key in now if not key.startswith("_")} == {key for key in left_there if not key.startswith("_")}
    assert limits == {f"article-images.{name}" for name in _LIMITS}


_LIMITS = {
    "claim.default.laktoseintoleranz-und-laktase",
    "run.default.laktoseintoleranz-und-laktase",
    "purse.default",
}
"""Those that the run of version 0.1 made: this one makes no other."""
