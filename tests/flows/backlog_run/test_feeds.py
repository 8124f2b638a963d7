"""A backlog from feeds, from the bucket, and from all sources of all tenants."""

import json
from pathlib import Path

import pytest

from blocks.configuration.defaults import SOURCES
from blocks.configuration.variables import delete_variable, write_variable
from imaging.errors import ConfigurationError, InvalidInput, SourceError
from tests.flows.backlogs import backlog, counts, put
from tests.standins import FeedSite
from tests.world import World


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
    english = {"source": site.put_json("/feed", [{"id": "a", "title": "Kaffee"}]), "language": "en"}
    write_variable(SOURCES, {"acme": [str(folder), "ftp://nowhere", site.base_url + "/gone"], "globex": [english]})
    try:
        report = backlog(None)
        assert counts(report) == (2, 0, 0, 1)
        assert [(source.user_id, source.complete, len(source.problems)) for source in report.sources] == [
            ("acme", 1, 0), ("acme", 0, 1), ("acme", 0, 1), ("globex", 1, 0),
        ]  # fmt: skip
        assert {"acme/kaffee/hero.png", "globex/kaffee/hero.png"} < set(world.objects())
        assert not [key for key in world.objects() if "fremd" in key]
        manifests = [world.store.get_json(f"{tenant}/kaffee/manifest.json") for tenant in ("acme", "globex")]
        assert [manifest["language"] for manifest in manifests] == ["de", "en"]
        assert counts(backlog(None, "globex")) == (0, 1, 0, 0)
        write_variable(SOURCES, {"globex": [english | {"language": "fr"}]})
        paid = world.paid
        assert (counts(backlog(None)), world.paid) == ((1, 0, 0, 0), paid)  # cards are drawn anew, for nothing
        write_variable(SOURCES, {"Acme": "folder"})
        with pytest.raises(ConfigurationError, match=SOURCES):
            backlog(None)
    finally:
        delete_variable(SOURCES)
