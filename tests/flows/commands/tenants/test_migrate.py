"""What `migrate` prints and refuses, and a dry run of it."""

import csv
import json
from pathlib import Path

import pytest

from imaging.errors import InvalidInput
from tests.blocks.hosts import FileHost
from tests.flows.migration_run.migrations import counts, migrated, png
from tests.world import CommandLine, World


def test_a_dry_run_stores_nothing_and_leaves_no_word(world: World, host: FileHost, tmp_path: Path) -> None:
    """What a dry run has seen is counted, and looked at again by the run."""
    source = tmp_path / "links.csv"
    source.write_text(f"url\n{host.page('/a.png', png('a'))}\n{host.page('/b.png', status=404)}\n")
    assert counts(migrated(source, dry_run=True)) == {"moved": 1, "dead": 1}
    assert not world.objects()
    assert counts(migrated(source)) == {"moved": 1, "dead": 1}


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
