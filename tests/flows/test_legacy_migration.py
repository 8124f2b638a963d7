"""The flow `legacy-migration`: pictures at old addresses come home, each once, and what is left is told apart."""

import base64
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blocks.records.manifests import Manifests
from blocks.records.records import Records
from flows.legacy_migration import legacy_migration
from imaging.articles.parsing import parse_markdown
from imaging.errors import InvalidInput
from imaging.marking import xmp
from imaging.marking.marks import marks
from imaging.migration.report import MigrationReport
from imaging.spec import Kind
from tests.blocks.hosts import FileHost
from tests.standins.pictures import bomb, picture
from tests.world import CommandLine, World, run_set


@pytest.fixture
def host(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileHost]:
    """A host of old pictures that may be fetched from, beside the stand-ins of the vendors."""
    with FileHost() as running:
        allowed = world.environment["IMAGES_DOWNLOAD_HOSTS"]
        monkeypatch.setenv("IMAGES_DOWNLOAD_HOSTS", f"{allowed},{running.base_url.removeprefix('http://')}")
        monkeypatch.setenv("IMAGES_HOST_PACE", "1000")
        yield running


def migrated(source: Path | str, user_id: str | None = None, **options: Any) -> MigrationReport:
    """Run the flow in this process and return its report."""
    state: Any = legacy_migration(str(source), user_id, return_state=True, **options)
    report = state.result()
    assert isinstance(report, MigrationReport)
    return report


def counts(report: MigrationReport) -> dict[str, int]:
    return {status: number for status, number in report.counts.items() if number}


def png(seed: str) -> bytes:
    return picture(seed, 256, 192, "png")


def manifest(world: World, user_id: str, slug: str) -> dict[str, Any]:
    found = world.store.get_json(f"{user_id}/{slug}/manifest.json")
    assert isinstance(found, dict)
    return found


def asked(host: FileHost) -> list[str]:
    return sorted(call.path for call in host.requests)


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
    """What was moved is known from the bucket; where the tenant's records are gone, it is moved again."""
    source = tmp_path / "links.csv"
    source.write_text(f"title,hero\nTee,{host.page('/a.png', png('a'))}\n")
    migrated(source)
    monkeypatch.setenv("IMAGES_DATA_DIR", str(tmp_path / "another machine"))
    assert counts(migrated(source)) == {"moved": 1}
    assert len(asked(host)) == 1
    for key in world.store.list("_results/default/_migrations/"):
        world.store.delete(key)
    assert counts(migrated(source)) == {"moved": 1}
    assert len(asked(host)) == 2


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


def test_a_dry_run_stores_nothing_and_leaves_no_word(world: World, host: FileHost, tmp_path: Path) -> None:
    """What a dry run has seen is counted, and looked at again by the run."""
    source = tmp_path / "links.csv"
    source.write_text(f"url\n{host.page('/a.png', png('a'))}\n{host.page('/b.png', status=404)}\n")
    assert counts(migrated(source, dry_run=True)) == {"moved": 1, "dead": 1}
    assert not world.objects()
    assert counts(migrated(source)) == {"moved": 1, "dead": 1}


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


def test_the_command_prints_one_document_and_refuses_what_would_overwrite(
    world: World, host: FileHost, tmp_path: Path, cli: CommandLine
) -> None:
    """`--json` prints status, cost, counts and links; dead links are exit 3; output over the source is exit 2."""
    source = tmp_path / "articles.csv"
    alive, gone = host.page("/a.png?x=1&y=2", png("a")), host.page("/b.png", status=404)
    host.pages["/a.png"] = host.pages["/a.png?x=1&y=2"]
    body = f'<img src="{alive.replace("&", "&amp;")}">'
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "title", "body"], [12, "Tee", body], [13, "Brot", f"![B]({gone})"]])
    done = cli("migrate", str(source), "--json")
    assert done.returncode == 3, done.stderr
    document = json.loads(done.stdout)
    assert document["counts"] == {"moved": 1, "dead": 1, "refused": 0, "later": 0, "remade": 0}
    assert [(link["old"], link["status"]) for link in document["links"]] == [(alive, "moved"), (gone, "dead")]

    done = cli(
        "migrate",
        str(source),
        "--map",
        str(tmp_path / "m.sql"),
        "--table",
        "articles",
        "--rewrite",
        str(tmp_path / "n"),
    )
    assert done.returncode == 3, done.stderr
    (update,) = [line for line in (tmp_path / "m.sql").read_text().splitlines() if line.startswith("UPDATE")]
    new = document["links"][0]["new"]
    old = alive.replace("&", "&amp;")
    assert update == f"UPDATE articles SET body = REPLACE(body, '{old}', '{new}') WHERE id = '12';"  # noqa: S608
    with (tmp_path / "n" / "articles.csv").open(newline="") as file:
        assert list(csv.reader(file))[1] == ["12", "Tee", f'<img src="{new}">']

    for wrong in (["--map", str(tmp_path / "m.sql")], ["--map", str(tmp_path / "m.txt")], ["--rewrite", str(tmp_path)]):
        assert cli("migrate", str(source), *wrong).returncode == 2
    assert cli("migrate", "https://blog.example/").returncode == 2


def test_a_source_that_is_none_is_refused(world: World, tmp_path: Path) -> None:
    """An empty folder and an empty prefix are named, and nothing is done."""
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", "bucket:nobody/"):
        with pytest.raises(InvalidInput, match="SOURCE"):
            migrated(source)
