"""Lost never: what was made while the bucket was away is stored later, under the right keys."""

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from flows.repair import repair
from imaging.articles.article import Article
from imaging.kinds import Kind
from tests.world import CommandLine, World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern")


def test_repair_stores_what_an_outage_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an outage `repair` stores every picture, writes the manifest, empties the spool, and pays nothing."""
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    outage = run_set(ARTICLE)
    assert outage.status == "degraded"
    assert repair()["left"] == 7  # type: ignore[index] # still away

    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    world.replicate.expire()
    assert repair() == {"repaired": 7, "left": 0}
    assert repair() == {"repaired": 0, "left": 0}

    manifest = httpx.get(world.store.url(f"default/{outage.slug}/manifest.json")).json()
    assert manifest["status"] == "complete"
    assert [image["name"] for image in manifest["images"]] == [image.name for image in outage.images]
    assert {image["key"] for image in manifest["images"]} < set(world.objects())
    assert httpx.get(manifest["gallery_url"]).text.count('src="data:') == 7 + 2
    again = run_set(ARTICLE)
    assert {image.status for image in again.images} == {"reused"}
    assert world.paid == (3, 2)


def test_repair_leaves_another_articles_folder_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture whose slug was claimed by another article meanwhile stays in the spool."""
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    run_set(Article(topic="C++ Grundlagen"), [Kind.HERO, Kind.CARD])
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    owner = run_set(Article(topic="C Grundlagen"), [Kind.HERO, Kind.CARD])
    before = world.objects()
    assert repair() == {"repaired": 0, "left": 3}
    assert owner.slug == "c-grundlagen"
    assert world.objects() == before


def test_repair_takes_nothing_from_an_article(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Runs of some kinds alone share a manifest; and a spooled picture does not go over one of the same second."""
    run_set(ARTICLE, [Kind.CARD])
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    run_set(ARTICLE, [Kind.SOCIAL])
    run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON])
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    newer = run_set(ARTICLE.model_copy(update={"excerpt": "Ganz anders."}), [Kind.HERO])
    [hero] = newer.images
    second = datetime.fromisoformat(newer.created_at).timestamp()
    for spooled in (tmp_path / "data" / "spool").glob("*.json"):
        os.utime(spooled, (second + 0.9, second + 0.9))
    world.replicate.expire()
    assert repair() == {"repaired": 5, "left": 0}
    assert repair() == {"repaired": 0, "left": 0}
    manifest = world.store.get_json("default/kaffee-richtig-lagern/manifest.json")
    kinds = [image["kind"] for image in manifest["images"]]
    assert kinds == ["hero", "comparison", "comparison", "card", "card", "social", "social"]
    assert hashlib.sha256(world.store.get(str(hero.key)) or b"").hexdigest() == hero.sha256
    assert manifest["images"][0]["sha256"] == hero.sha256
    assert {image.status for image in run_set(ARTICLE, [Kind.SOCIAL, Kind.COMPARISON]).images} == {"reused"}
    assert world.paid == (4, 2)


def test_the_command_says_what_it_did(world: World, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """`article-images repair` prints the counts; an empty spool is fine."""
    done = cli("repair")
    assert (done.returncode, done.stdout) == (0, "0 pictures stored, 0 left\n"), done.stderr
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    assert cli("run", "-", "--json", "--only", "comparison", stdin=json.dumps({"topic": "x"})).returncode == 3
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    done = cli("repair")
    assert (done.returncode, done.stdout) == (0, "2 pictures stored, 0 left\n"), done.stderr
    assert world.paid == (0, 2)
