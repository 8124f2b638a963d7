"""The command `run`: its limit, and copies of the files."""

from pathlib import Path

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


def test_a_folder_that_cannot_be_is_bad_input(world: World, cli: CommandLine, tmp_path: Path) -> None:
    """A folder that cannot be created is named before anything is paid for."""
    (tmp_path / "file").write_text("")
    done = cli("run", "-", "--output", str(tmp_path / "file" / "x"), stdin=ARTICLE)
    assert (done.returncode, world.paid) == (2, (0, 0))
    assert "--output" in done.stderr
