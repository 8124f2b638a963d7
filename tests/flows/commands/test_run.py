"""The command `run`: its limit, and copies of the files."""

import json
from pathlib import Path

import pytest

from flows.commands.copies import check_own
from imaging.errors import InvalidInput
from tests.world import CommandLine, World

ARTICLE = '{"topic": "Milk", "user_id": "acme"}'


def test_a_run_spends_no_more_than_it_may(world: World, cli: CommandLine) -> None:
    """A run that would cost more than --max-usd is refused before anything is asked of a vendor; else it goes on."""
    refused = cli("run", "-", "--only", "hero,card", "--max-usd", "0.05", stdin=ARTICLE)
    assert refused.returncode == 2
    assert refused.stderr.startswith("article-images: --max-usd: the run would cost 0.060 USD, more than 0.05")
    assert world.replicate.requests == []
    assert cli("run", "-", "--only", "hero,card", "--max-usd", "0.06", stdin=ARTICLE).returncode == 0
    assert cli("run", "-", "--only", "hero,card", "--max-usd", "0", stdin=ARTICLE).returncode == 0
    again = cli("run", "-", "--only", "hero,card", "--max-usd", "0", "--refresh", stdin=ARTICLE)
    assert (again.returncode, world.paid) == (2, (1, 0))


def test_the_files_are_copied_where_they_are_wanted(world: World, cli: CommandLine, tmp_path: Path) -> None:
    """--output gets every file of the set, under the names of the article's folder, as the bucket has them."""
    output = tmp_path / "static" / "milk"
    done = cli("run", "-", "--only", "hero,card", "--output", str(output), stdin=ARTICLE)
    assert done.returncode == 0, done.stderr
    copied = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    assert copied == {key.removeprefix("acme/milk/") for key in world.objects()}
    assert {"hero.png", "platform/linkedin_og.png", "manifest.json", "gallery.html"} <= copied
    assert (output / "hero.png").read_bytes() == world.store.get("acme/milk/hero.png")
    other = cli("run", "-", "--only", "card", "--output", str(output), stdin='{"topic": "Tea", "user_id": "acme"}')
    assert other.returncode == 1
    assert f"--output: {output} has the pictures of acme/milk/: give each article a folder of its own" in other.stderr
    assert json.loads((output / "manifest.json").read_bytes())["slug"] == "milk"
    written = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    again = cli("run", "-", "--only", "card", "--output", str(output), stdin=ARTICLE)
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == written  # nothing new, nothing written
    manifest = json.loads((output / "manifest.json").read_bytes())
    (output / "manifest.json").write_text(json.dumps(manifest | {"topic": "Old"}))
    assert cli("run", "-", "--only", "card", "--output", str(output), stdin=ARTICLE).returncode == 0
    assert json.loads((output / "manifest.json").read_bytes())["topic"] == manifest["topic"]


@pytest.mark.parametrize("name", ["hero.png", "manifest.json"])
def test_copies_replace_no_files_of_others(name: str, tmp_path: Path) -> None:
    """A folder with the author's own picture, or the manifest of their web app, is refused and stays as it is."""
    (tmp_path / name).write_text('{"name": "My app"}')
    with pytest.raises(InvalidInput, match=f"{name} is not a copy of ours"):
        check_own(tmp_path)
    (tmp_path / "manifest.json").write_text('{"user_id": "acme", "slug": "milk"}')
    check_own(tmp_path)


def test_a_folder_that_cannot_be_is_bad_input(world: World, cli: CommandLine, tmp_path: Path) -> None:
    """A folder that cannot be created is named before anything is paid for."""
    (tmp_path / "file").write_text("")
    done = cli("run", "-", "--output", str(tmp_path / "file" / "x"), stdin=ARTICLE)
    assert (done.returncode, world.paid) == (2, (0, 0))
    assert "--output" in done.stderr
