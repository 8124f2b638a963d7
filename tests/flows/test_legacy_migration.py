"""The flow `legacy-migration`: pictures at old addresses come home, each once, and what is left is told apart."""

import base64
import csv
from pathlib import Path

import pytest

from imaging.articles.files.parsing import parse_markdown
from imaging.kinds import Kind
from imaging.marking import xmp
from imaging.marking.marks import marks
from tests.blocks.hosts import FileHost
from tests.flows.migration_run.migrations import asked, counts, manifest, migrated, png
from tests.standins.pictures import bomb
from tests.world import World, run_set


def test_each_address_is_moved_or_told_apart(world: World, host: FileHost, tmp_path: Path) -> None:
    """Alive pictures are stored, marked and in the manifest; gone, passing and refused ones have their own status."""
    alive, other = host.page("/alive.png", png("alive")), host.page("/a%20b(1).png", png("other"))
    gone, passing = host.page("/gone.png", status=410), host.page("/busy.png", status=500)
    denied, html = host.page("/denied.png", status=403), host.page("/page.png", b"<!doctype html><p>Gone</p>")
    blast = host.page("/bomb.png", bomb())
    inside = host.page("/inside.png", status=302, location="http://127.0.0.1:9/secret.png")
    data = "data:image/png;base64," + base64.b64encode(png("data")).decode()
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "tee.md").write_text(
        f"---\ntopic: Tee\nhero_image: {alive}\nmeta:\n  image_alt: A pot of tea\n---\n"
        f"![Blätter](<{other.replace('%20', ' ')}>)\n\n![]({gone}) ![]({passing})\n\n"
        f'<img alt="Kanne" src="{data}">\n<img src="{denied}" srcset="{html} 1x, {blast} 2x">\n\n![]({inside})\n'
    )
    before = (folder / "tee.md").read_bytes()

    report = migrated(folder, rewrite_dir=str(tmp_path / "new"), map_file=str(tmp_path / "map.csv"))

    assert counts(report) == {"moved": 3, "dead": 1, "later": 1, "refused": 4}, report.trouble
    assert report.status == "degraded"
    images = {image["alt_text"]: image for image in manifest(world, "default", "tee")["images"]}
    assert {"Blätter", "Kanne"} < set(images)
    stored = world.store.get(images["Kanne"]["key"])
    assert stored is not None
    assert marks(stored)[xmp.DIGITAL_SOURCE_TYPE].endswith("trainedAlgorithmicMedia")
    assert images["Kanne"]["key"].startswith("default/tee/migrated/")
    with (tmp_path / "map.csv").open(newline="") as file:
        rows = {row["old"]: row for row in csv.DictReader(file)}
    assert rows[data]["new"] == images["Kanne"]["url"]
    assert {row["status"] for row in rows.values()} == {"moved", "dead", "later", "refused"}
    text = (tmp_path / "new" / "tee.md").read_text()
    assert rows[alive]["new"] in text
    assert images["Blätter"]["url"] in text
    assert data not in text
    assert gone in text
    assert (folder / "tee.md").read_bytes() == before
    assert not [call for call in host.requests if call.path == "/secret.png"]


def test_a_link_in_many_files_is_fetched_once_and_the_next_run_repeats_nothing(
    world: World, host: FileHost, tmp_path: Path
) -> None:
    """One picture in many articles is one request and one object; what a later run finds new is all that it fetches."""
    shared = host.page("/shared.png", png("shared"))
    folder = tmp_path / "posts"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.md").write_text(f"---\ntopic: Artikel {number}\n---\n![Logo]({shared})\n")
    assert counts(migrated(folder, "acme", rewrite_dir=str(tmp_path / "new"))) == {"moved": 1}
    assert asked(host) == ["/shared.png"]
    new = {(tmp_path / "new" / f"{number:02}.md").read_text().partition("](")[2] for number in range(30)}
    assert len(new) == 1
    assert len([key for key in world.objects() if "/migrated/" in key]) == 1

    (folder / "00.md").write_text(f"---\ntopic: Artikel 0\n---\n![Neu]({host.page('/new.png', png('new'))})\n")
    assert counts(migrated(folder, "acme")) == {"moved": 2}
    assert asked(host) == ["/new.png", "/shared.png"]
    images = manifest(world, "acme", "artikel-0")["images"]
    assert [image["alt_text"] for image in images] == ["Logo", "Neu"]


def test_another_machine_knows_what_was_done_and_forgets_what_was_erased(
    world: World, host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved pictures are known from the bucket; where it lost one, or the tenant's records, they are moved again."""
    source = tmp_path / "links.csv"
    source.write_text(f"title,hero\nTee,{host.page('/a.png', png('a'))}\n")
    migrated(source)
    monkeypatch.setenv("IMAGES_DATA_DIR", str(tmp_path / "another machine"))
    assert counts(migrated(source)) == {"moved": 1}
    assert len(asked(host)) == 1
    (lost,) = (key for key in world.objects() if "/migrated/" in key)
    world.delete(lost)
    assert counts(migrated(source, recheck=True)) == {"moved": 1}
    assert lost in world.objects()
    assert len(asked(host)) == 2
    for key in world.store.list("_results/default/_migrations/"):
        world.store.delete(key)
    assert counts(migrated(source)) == {"moved": 1}
    assert len(asked(host)) == 3


def test_runs_of_the_article_and_the_migration_leave_each_others_pictures(
    world: World, host: FileHost, tmp_path: Path
) -> None:
    """Before and after a migration a run of the article makes its pictures once, and the manifest has them all."""
    text = f"---\ntopic: Kaffee\n---\n![Bohnen]({host.page('/beans.png', png('beans'))})\n"
    article = parse_markdown(text)
    run_set(article, [Kind.HERO])
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "kaffee.md").write_text(text)
    assert counts(migrated(folder)) == {"moved": 1}
    paid = world.paid
    assert [image["name"][:8] for image in manifest(world, "default", "kaffee")["images"]] == ["hero", "migrated"]

    image_set = run_set(article, [Kind.HERO, Kind.SUPPORTING])

    assert world.paid == paid
    assert [image.status for image in image_set.images] == ["reused"]
    assert [image["name"][:8] for image in manifest(world, "default", "kaffee")["images"]] == ["hero", "migrated"]
    assert counts(migrated(folder)) == {"moved": 1}
    assert asked(host) == ["/beans.png"]
