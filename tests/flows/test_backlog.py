"""The flow `article-backlog`: many articles, from wherever they come, each made once."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Crashed

from blocks.configuration.variables import delete_variable, write_variable
from flows.backlog import VARIABLE, article_backlog
from flows.backlog_run.shards import is_deployed, start_shard
from imaging.backlog import BacklogReport
from imaging.errors import ConfigurationError, InvalidInput, SourceError
from imaging.record import ImageSet
from imaging.spec import Kind
from tests.conftest import EXAMPLES
from tests.standins import FeedSite
from tests.world import CommandLine, World

HERO = [Kind.HERO]


def backlog_state(source: str | Path | None, user_id: str | None = None, **options: Any) -> State[Any]:
    call = article_backlog(source and str(source), user_id, **{"only": HERO} | options, return_state=True)
    return asyncio.run(call)  # type: ignore[arg-type]


def backlog(source: str | Path | None, user_id: str | None = None, **options: Any) -> BacklogReport:
    """Go through a source in this process, heroes alone unless something else is asked for."""
    report = asyncio.run(backlog_state(source, user_id, **options).aresult())
    assert isinstance(report, BacklogReport)
    return report


def counts(report: BacklogReport) -> tuple[int, int, int, int]:
    """(complete, done before, degraded, failed)"""
    return report.complete, report.done_before, report.degraded, report.failed


def put(folder: Path, **articles: str) -> Path:
    """Put articles into a folder: {name: topic}."""
    folder.mkdir(exist_ok=True)
    for name, topic in articles.items():
        (folder / f"{name}.md").write_text(f"---\ntopic: {topic}\n---\n\nWords.\n")
    return folder


def artifacts(api: str, key_like: str) -> list[dict[str, Any]]:
    found = httpx.post(f"{api}/artifacts/filter", json={"artifacts": {"key": {"like_": key_like}}}).json()
    return sorted(found, key=lambda artifact: str(artifact["created"]))


@pytest.fixture
def site() -> Iterator[FeedSite]:
    with FeedSite() as running:
        yield running


def test_a_folder_with_bad_articles_among_good_ones(world: World, tmp_path: Path, prefect_api: str) -> None:
    """Good articles are made, each bad one is named with its reason, and the second pass makes none again."""
    folder = put(tmp_path / "articles", one="Kaffee", two="Tee", three="Milch")
    (folder / "sub").mkdir()
    (folder / "sub" / "four.json").write_text(json.dumps({"topic": "Wasser", "user_id": "acme"}))
    (folder / "a-bad.md").write_text("no front matter")
    (folder / "b-bad.json").write_bytes(b"\xff")
    (folder / "c-bad.json").write_text(json.dumps({"topic": "x", "colour": "red"}))
    (folder / "notes.txt").write_text("no article")
    (folder / ".hidden.md").write_text("no article either")

    state = backlog_state(folder)
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    report = asyncio.run(state.aresult())
    assert counts(report) == (4, 0, 0, 3)
    assert report.cost_usd == pytest.approx(0.24)
    [source] = report.sources
    assert {trouble.key: trouble.why.split(":")[0].split(" ")[0] for trouble in source.trouble} == {
        "a-bad.md": "the", "b-bad.json": "b-bad.json", "c-bad.json": "colour",
    }  # fmt: skip
    assert {"acme/wasser/hero.png", "default/kaffee/hero.png"} < set(world.objects())

    before = world.objects()
    assert counts(backlog(folder)) == (0, 4, 0, 3)
    put(folder, two="Tee!")
    assert counts(backlog(folder)) == (1, 3, 0, 3)  # changed, so it is run, and finds its slug's folder
    assert world.objects().keys() - before.keys() <= {key for key in world.objects() if "/tee" in key}
    assert len(world.replicate.paid) == 5

    summary = artifacts(prefect_api, "backlog-summary-%")[-1]["data"]
    assert "a\\-bad\\.md" in summary
    assert "7 articles: 1 complete" in summary
    assert artifacts(prefect_api, "backlog-progress-%")[-1]["data"] == 100.0


def test_nothing_found_is_not_complete(world: World, tmp_path: Path, site: FeedSite, cli: CommandLine) -> None:
    """A name that is spelled wrong, an empty folder and an empty feed are said to be so; other files are named."""
    world.store.put_json("acme/articles/manifest.json", "{}")
    (tmp_path / "others").mkdir()
    for name in ("a.rst", "b.rst", "c.adoc", "LICENSE", "_part.md", "node_modules/x/README.md"):
        (tmp_path / "others" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "others" / name).write_text("words")
    empty = site.put_json("/feed", [])
    for source in (tmp_path / "others", "bucket:acme/artikkel/", "bucket:acme/articles/", empty):
        report = backlog(source)
        [problem] = report.sources[0].problems
        assert (counts(report), report.status) == ((0, 0, 0, 0), "degraded")
        assert f"no article found: is {source} the right place?" in problem
    assert backlog(tmp_path / "others").sources[0].problems[0].endswith("not read: 2 .rst, 1 .adoc, 1 without a suffix")
    nothing = cli("backlog", str(tmp_path / "others"))
    assert (nothing.returncode, "2 .rst, 1 .adoc" in nothing.stdout) == (3, True)
    no_source = cli("backlog", "--user-id", "acme")
    assert (no_source.returncode, "images_sources" in no_source.stderr) == (2, True)


def test_markdown_is_read_under_all_its_names(world: World, tmp_path: Path) -> None:
    """MDX and the other suffixes of Markdown are articles; what is not read beside them is named, and harmless."""
    folder = put(tmp_path / "articles", one="Kaffee")
    for suffix in ("mdx", "mdown", "MKD", "mkdn"):
        (folder / f"a.{suffix}").write_text(f"---\ntopic: Thema {suffix}\n---\n")
    (folder / "c.rst").write_text("words")
    report = backlog(folder)
    assert (counts(report), report.status, report.sources[0].unread) == ((5, 0, 0, 0), "complete", {".rst": 1})


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


def test_a_json_feed_with_pages_and_nothing_new(world: World, site: FeedSite) -> None:
    """All pages are read; when the server says 304, what was not complete the last time is made all the same."""
    site.put_json("/2", [{"id": "c", "title": "Milch"}, {"id": "b", "title": "Tee"}, "no item"])
    feed = site.put_json("/1", [{"id": "a", "title": "Kaffee"}, {"id": "b", "title": "Tee"}], "2")
    world.replicate.fault("create", 422, times=1, match=lambda call: "Tee" in str(call.input))
    report = backlog(feed + "?key=hunter2", "acme")
    assert counts(report) == (2, 0, 1, 1)  # the item that is on both pages is taken once
    assert "hunter2" not in report.model_dump_json()
    assert "acme/milch/hero.png" in world.objects()

    site.answered.clear()
    assert counts(backlog(feed + "?key=hunter2", "acme")) == (1, 2, 0, 1)
    assert site.answered == [304, 304]
    assert len(world.replicate.paid) == 3


def test_rss_in_trouble(world: World, site: FeedSite) -> None:
    """A server that is busy is asked again; a page that cannot be had at all fails the run and says why."""
    items = "<item><guid>1</guid><title>Kaffee</title></item>"
    feed = site.put("/rss", f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), "application/rss+xml")
    site.fault("page", 503)
    assert counts(backlog(feed, "acme")) == (1, 0, 0, 0)
    site.put("/rss", b"<html>Sorry</html>", "text/html")
    with pytest.raises(InvalidInput, match="neither"):
        backlog(feed, "acme")
    with pytest.raises(SourceError, match="404"):
        backlog(site.base_url + "/nowhere", "acme")


def test_a_prefix_of_the_bucket(world: World) -> None:
    """Articles in the bucket are made; the second pass reads none of them, a changed one is read."""
    for name in ("Kaffee", "Tee"):
        world.store.put_json(f"acme/articles/{name}.json", json.dumps({"topic": name}))
    world.store.put_json("acme/articles/manifest.json", "{}")
    assert counts(backlog("bucket:acme/articles/", "acme")) == (2, 0, 0, 0)
    assert counts(backlog("bucket:acme/articles/", "acme")) == (0, 2, 0, 0)
    world.store.put_json("acme/articles/Tee.json", json.dumps({"topic": "Tee", "excerpt": "Anders."}))
    assert counts(backlog("bucket:acme/articles/", "acme")) == (1, 1, 0, 0)
    assert "acme/tee/hero.png" in world.objects()


def test_all_sources_of_all_tenants(world: World, tmp_path: Path, site: FeedSite) -> None:
    """Each source's articles are its tenant's; a foreign article and a bad source are named and stop nobody."""
    folder = put(tmp_path / "articles", one="Kaffee")
    (folder / "foreign.json").write_text(json.dumps({"topic": "Fremd", "user_id": "globex"}))
    feed = site.put_json("/feed", [{"id": "a", "title": "Kaffee"}])
    write_variable(VARIABLE, {"acme": [str(folder), "ftp://nowhere", site.base_url + "/gone"], "globex": [feed]})
    try:
        report = backlog(None)
        assert counts(report) == (2, 0, 0, 1)
        assert [(source.user_id, source.complete, len(source.problems)) for source in report.sources] == [
            ("acme", 1, 0), ("acme", 0, 1), ("acme", 0, 1), ("globex", 1, 0),
        ]  # fmt: skip
        assert {"acme/kaffee/hero.png", "globex/kaffee/hero.png"} < set(world.objects())
        assert not [key for key in world.objects() if "fremd" in key]
        assert counts(backlog(None, "globex")) == (0, 1, 0, 0)
        write_variable(VARIABLE, {"Acme": "folder"})
        with pytest.raises(ConfigurationError, match=VARIABLE):
            backlog(None)
    finally:
        delete_variable(VARIABLE)


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
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(5)})
    world.replicate.delay = 0.2
    seen: list[int] = []

    def watch(_call: object) -> bool:
        seen.append(sum(not one.ended for one in world.replicate.paid))
        return False

    world.replicate.fault("get", 500, times=None, match=watch)
    assert counts(backlog(folder, at_once=2)) == (5, 0, 0, 0)
    assert 1 <= max(seen) <= 2


def test_the_examples_painted_offline(painted: Path) -> None:
    """With nothing configured the folder of examples gets every article's whole plan, painted, stored as files."""
    report = backlog(EXAMPLES, only=None)
    assert (report.status, counts(report)) == ("complete", (6, 0, 0, 0))
    planned = {}
    for manifest in painted.glob("storage/images/*/*/manifest.json"):
        image_set = ImageSet.model_validate_json(manifest.read_bytes())
        images = image_set.images
        planned[image_set.slug] = len(images)
        assert (image_set.status, image_set.cost_usd) == ("complete", 0)
        assert {image.provider for image in images} == {"painter", "pillow"}
        assert all((painted / "storage/images" / str(image.key)).stat().st_size == image.bytes for image in images)
        assert len({image.sha256 for image in images}) == len(images) - 1  # linkedin and facebook are one
        assert len({image.alt_text for image in images}) == len(images)
    assert sorted(planned.values()) == [7, 7, 8, 8, 8, 9]


def start(prefect_api: str, *command: str) -> "subprocess.Popen[str]":
    """Start a Python process of the product."""
    return subprocess.Popen(
        [sys.executable, *command],
        env=os.environ | {"PREFECT_API_URL": prefect_api, "PREFECT_RUNNER_POLL_FREQUENCY": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_killed_and_started_again(world: World, tmp_path: Path, prefect_api: str) -> None:
    """After kill -9 in the middle the command goes on: nothing is paid twice, and the dead lock is in nobody's way."""
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(6)})
    script = str(Path(sysconfig.get_path("scripts")) / "article-images")
    arguments = [script, "backlog", str(folder), "--only", "hero", "--at-once", "2", "--json"]
    world.replicate.delay = 0.5
    process = start(prefect_api, *arguments)
    while len(world.replicate.paid) < 4 and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert 4 <= len(world.replicate.paid) <= 6

    process = start(prefect_api, *arguments)
    out, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    report = json.loads(out)
    assert report["complete"] + report["done_before"] == 6
    assert len(world.replicate.paid) == 6
    assert len([key for key in world.objects() if key.endswith("hero.png")]) == 6


def test_shards_are_runs_of_their_own(world: World, tmp_path: Path, prefect_api: str) -> None:
    """Each shard makes its part through the deployment, all articles are made once, and one report sums them up."""
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(4)})
    (folder / "bad.md").write_text("no front matter")
    serve = "from flows.backlog import article_backlog; article_backlog.serve(name='shard')"
    runner = start(prefect_api, "-c", serve)
    try:
        while not asyncio.run(is_deployed()) and runner.poll() is None:
            time.sleep(0.1)
        report = backlog(folder, "acme", shards=2)
    finally:
        runner.terminate()
        runner.communicate()
    assert (counts(report), report.problems) == ((4, 0, 0, 1), [])
    assert len(world.replicate.paid) == 4
    asked = {"flow_runs": {"deployment_id": {"is_null_": False}}, "sort": "START_TIME_DESC", "limit": 2}
    runs = httpx.post(f"{prefect_api}/flow_runs/filter", json=asked).json()
    assert sorted(run["parameters"]["shard"] for run in runs) == [1, 2]
    assert counts(backlog(folder, "acme")) == (0, 4, 0, 1)  # the index is the same without shards
    asyncio.run(takes_over_what_goes_on())


@flow
async def takes_over_what_goes_on() -> None:
    """A run that is retried starts no shard twice, but starts one again that was killed."""
    first, again = [await start_shard({"source": "nowhere"}, 2, 1) for _ in range(2)]
    assert first.id == again.id
    async with get_client() as client:
        await client.set_flow_run_state(first.id, Crashed(), force=True)
        third, fourth = [await start_shard({"source": "nowhere"}, 2, 1) for _ in range(2)]
        assert first.id != third.id == fourth.id
        await client.set_flow_run_state(third.id, Cancelled(), force=True)
