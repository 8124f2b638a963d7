"""The flow `article-backlog`: many articles, from wherever they come, each made once."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from imaging.errors import ConfigurationError
from imaging.kinds import Kind
from imaging.record import ImageSet
from tests.conftest import EXAMPLES
from tests.flows.backlogs import backlog, backlog_state, counts, put
from tests.standins import FeedSite
from tests.world import CommandLine, World


def artifacts(api: str, key_like: str) -> list[dict[str, Any]]:
    found = httpx.post(f"{api}/artifacts/filter", json={"artifacts": {"key": {"like_": key_like}}}).json()
    return sorted(found, key=lambda artifact: str(artifact["created"]))


def test_a_folder_with_bad_articles_among_good_ones(world: World, tmp_path: Path, prefect_api: str) -> None:
    """Good articles are made, each bad one is named with its reason, and the second pass makes none again."""
    folder = put(tmp_path / "articles", one="Kaffee", two="Tee")
    (folder / "sub").mkdir()
    (folder / "sub" / "four.json").write_text(json.dumps({"topic": "Wasser", "user_id": "acme"}))
    (folder / "a-bad.md").write_text("---\ntitle: 'open\n---\n")
    (folder / "b-bad.json").write_bytes(b'{"topic": "\xff"}')
    (folder / "c-bad.json").write_text(json.dumps({"topic": "x", "colour": "red"}))
    (folder / "notes.txt").write_text("no article")
    (folder / ".hidden.md").write_text("no article either")

    state = backlog_state(folder)
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    report = asyncio.run(state.aresult())
    assert counts(report) == (3, 0, 0, 3)
    assert report.cost_usd == pytest.approx(0.18)
    [source] = report.sources
    assert {trouble.key: trouble.why.split(":")[0].split(" ")[0] for trouble in source.trouble} == {
        "a-bad.md": "title", "b-bad.json": "b-bad.json", "c-bad.json": "colour",
    }  # fmt: skip
    assert {"acme/wasser/hero.png", "default/kaffee/hero.png"} < set(world.objects())

    before = world.objects()
    assert counts(backlog(folder)) == (0, 3, 0, 3)
    put(folder, two="Tee!")
    assert counts(backlog(folder)) == (1, 2, 0, 3)  # changed, so it is run, and finds its slug's folder
    assert world.objects().keys() - before.keys() <= {key for key in world.objects() if "/tee" in key}
    assert len(world.replicate.paid) == 4

    summary = artifacts(prefect_api, "backlog-summary-%")[-1]["data"]
    assert "a\\-bad\\.md" in summary
    assert "6 articles: 1 complete" in summary
    assert artifacts(prefect_api, "backlog-progress-%")[-1]["data"] == 100.0


def test_nothing_found_is_not_complete(world: World, tmp_path: Path, site: FeedSite, cli: CommandLine) -> None:
    """A name that is spelled wrong, an empty folder and an empty feed are said to be so; other files are named."""
    world.store.put_json("acme/articles/manifest.json", "{}")
    (tmp_path / "others").mkdir()
    for name in ("a.rst", "b.rst", "c.adoc", "LICENSE", "_part.md", "node_modules/x/README.md"):
        (tmp_path / "others" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "others" / name).write_text("words")
    empty = site.put_json("/feed", [])
    for source in ("bucket:acme/artikkel/", "bucket:acme/articles/", empty, tmp_path / "others"):
        report = backlog(source)
        [problem] = report.sources[0].problems
        assert (counts(report), report.status) == ((0, 0, 0, 0), "degraded")
        assert f"no article found: is {source} the right place?" in problem
    assert problem.endswith(
        "not read: 2 .rst, 1 .adoc, 1 without a suffix; passed over: 1 installed packages, 1 begins with _"
    )
    nothing = cli("backlog", str(tmp_path / "others"))
    assert (nothing.returncode, "2 .rst, 1 .adoc" in nothing.stdout) == (3, True)
    no_source = cli("backlog", "--user-id", "acme")
    assert (no_source.returncode, "images_sources" in no_source.stderr) == (2, True)


def test_markdown_is_read_under_all_its_names(world: World, tmp_path: Path, cli: CommandLine) -> None:
    """MDX and the other suffixes of Markdown are articles; what is not read beside them is named, and harmless."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "c.rst").write_text("words")
    (folder / "a.MKD").write_text("---\ntopic: Thema MKD\n---\n")
    report = backlog(folder, only=[Kind.CARD])
    assert (counts(report), report.status, report.sources[0].unread) == ((1, 0, 0, 0), "complete", {".rst": 1})
    for suffix in ("md", "mdx", "mdown", "mkdn"):
        (folder / f"a.{suffix}").write_text(f"---\ntopic: Thema {suffix}\n---\n")
    planned = json.loads(cli("plan", str(folder), "--json", "--only", "card").stdout)
    topics = {article["topic"] for article in planned["articles"]}
    assert topics == {f"Thema {suffix}" for suffix in ("md", "mdx", "mdown", "MKD", "mkdn")}


def test_the_index_is_trusted_and_may_be_lost(world: World, tmp_path: Path) -> None:
    """What is done is not looked at, unless `recheck` asks for it; a lost index costs no more than that."""
    folder = put(tmp_path / "articles", one="Kaffee", two="Tee")
    backlog(folder, "acme")
    world.delete("acme/tee/hero.png")
    assert counts(backlog(folder, "acme")) == (0, 2, 0, 0)
    assert counts(backlog(folder, "acme", recheck=True)) == (2, 0, 0, 0)
    assert "acme/tee/hero.png" in world.objects()

    paid = world.paid
    for index in [
        *world.bucket.rglob("_backlog"),
        *tmp_path.joinpath("data", "results").rglob("_backlog"),
    ]:
        shutil.rmtree(index)
    report = backlog(folder, "acme")
    assert (counts(report), report.cost_usd) == ((2, 0, 0, 0), 0.0)
    assert world.paid == paid


def test_what_would_fail_for_all_stops_early(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused token is told once, not for every article."""
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(8)})
    monkeypatch.setenv("REPLICATE_API_TOKEN", "refused")
    with pytest.raises(ConfigurationError, match="REPLICATE_API_TOKEN"):
        backlog(folder, at_once=2)
    assert world.paid == (0, 0)
    assert len([call for call in world.replicate.requests if call.method == "GET"]) <= 4


def test_no_more_than_asked_for_at_once(world: World, tmp_path: Path) -> None:
    """With two at once there are never three predictions under way."""
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(3)})
    world.replicate.delay = 1.0  # a third article would have its prediction within that
    seen: list[int] = []

    def watch(_call: object) -> bool:
        seen.append(sum(not one.ended for one in world.replicate.paid))
        return False

    world.replicate.fault("get", 500, times=None, match=watch)
    assert counts(backlog(folder, at_once=2)) == (3, 0, 0, 0)
    assert 1 <= max(seen) <= 2


def test_an_example_painted_offline(painted: Path, tmp_path: Path) -> None:
    """With nothing configured an example gets its whole plan, painted, and stored as files."""
    examples = tmp_path / "examples"
    examples.mkdir()
    shutil.copy(EXAMPLES / "cafe-creme.json", examples)
    report = backlog(examples, only=None)
    assert (report.status, counts(report)) == ("complete", (1, 0, 0, 0))
    [manifest] = painted.glob("storage/images/*/*/manifest.json")
    image_set = ImageSet.model_validate_json(manifest.read_bytes())
    images = image_set.images
    assert (image_set.status, image_set.cost_usd, len(images)) == ("complete", 0, 8)
    assert {image.provider for image in images} == {"painter", "pillow"}
    assert all((painted / "storage/images" / str(image.key)).stat().st_size == image.bytes for image in images)
    assert len({image.sha256 for image in images}) == len(images) - 1  # linkedin and facebook are one
    assert len({image.alt_text for image in images}) == len(images)
