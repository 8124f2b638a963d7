"""Pictures that are dead, or were never stored, come to the place of an article's own."""

import json
from pathlib import Path

import pytest

from blocks.records.manifests import Manifests
from blocks.records.records import Records
from imaging.articles.files.parsing import parse_markdown
from imaging.kinds import Kind
from tests.blocks.hosts import FileHost
from tests.flows.migration_run.migrations import asked, counts, manifest, migrated, png
from tests.world import World, run_set


def test_dead_pictures_are_made_again_within_the_budget_and_paid_for_once(
    world: World, host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dry run tells the price; the budget is kept; what has no words stays dead; nothing is paid for twice."""
    gone = [host.page(f"/gone-{number}.png", status=404) for number in range(3)]
    source = tmp_path / "export.jsonl"
    rows = [
        {"id": 1, "title": "Tee", "image": gone[0], "image_alt": "A pot of tea"},
        {"id": 1, "title": "Tee", "image": gone[1], "prompt": "two cups on a table"},
        {"id": 1, "title": "Tee", "image": gone[2]},
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    dry = migrated(source, dry_run=True, remake=True)
    assert (counts(dry), dry.cost_usd) == ({"dead": 1, "remade": 2}, 0.05)
    assert world.paid == (0, 0)
    assert not world.objects()

    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps({"month_usd": 0.03}))
    first = migrated(source, remake=True)
    assert (counts(first), first.cost_usd) == ({"dead": 2, "remade": 1}, 0.025)
    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps({"month_usd": 1.0}))
    second = migrated(source, remake=True, map_file=str(tmp_path / "map.json"))
    assert (counts(second), second.cost_usd) == ({"dead": 1, "remade": 2}, 0.025)
    third = migrated(source, remake=True)
    assert (counts(third), third.cost_usd) == ({"dead": 1, "remade": 2}, 0.0)
    assert world.paid == (2, 0)
    assert {call.input["prompt"] for call in world.replicate.paid} >= {"two cups on a table"}
    links = json.loads((tmp_path / "map.json").read_text())["links"]
    assert [link["status"] for link in links] == ["remade", "remade", "dead"]
    assert len(asked(host)) == 6  # the dry run's, and the first run's


def test_pictures_of_a_manifest_go_to_their_own_place(world: World, host: FileHost, tmp_path: Path) -> None:
    """A hero that was never stored becomes the hero, and the article's next run takes it and pays for nothing."""
    article = parse_markdown("---\ntopic: Brot\n---\n")
    made = run_set(article, [Kind.HERO])
    hero = made.images[0]
    lost = hero.model_copy(
        update={"status": "provider_url", "durable": False, "url": host.page("/hero.png", png("hero")), "key": None}
    )
    manifests = Manifests(world.store, Records(world.store, tmp_path / "records"), prompts=False)
    for key in [key for key in world.objects() if key.startswith("default/brot/hero")]:
        world.store.delete(key)
    manifests.write(made.model_copy(update={"images": [lost]}))

    assert counts(migrated("bucket:default/")) == {"moved": 1}

    (image,) = manifest(world, "default", "brot")["images"]
    assert (image["name"], image["key"], image["status"]) == ("hero", "default/brot/hero.png", "stored")
    paid = world.paid
    assert run_set(article, [Kind.HERO]).images[0].status == "reused"
    assert world.paid == paid
