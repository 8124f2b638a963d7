"""`backlog --write-back`: a folder's posts get their pictures, each in its dialect, and are done then."""

import json
from pathlib import Path

import pytest

from tests.world import CommandLine, World

ASKED = ("--write-back", "--json", "--only", "hero")
POSTS = {
    "hugo/content/tea.md": "---\ntopic: Tea\nimages: []\n---\nText\n",
    "jekyll/_posts/2024-01-02-rye.md": "---\ntopic: Rye\n---\nText\n",
    "obsidian/Milk.md": "---\ntopic: Milk\n---\n\nText\n",
    "half.md": "---\ntopic: Half\n---\n<!-- article-images:hero -->\n\nText\n",
    "export.json": '{"topic": "Oats"}',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in POSTS.items():
        (tmp_path / "posts" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "posts" / name).write_text(text)
    (tmp_path / "posts" / "obsidian" / ".obsidian").mkdir()
    return tmp_path / "posts"


def test_a_folder_is_written_back_and_is_done(world: World, cli: CommandLine, folder: Path) -> None:
    """Each Markdown file gets its pictures; a broken one is named and stops no other; again, nothing happens."""
    first = cli("backlog", str(folder), *ASKED)
    assert json.loads(first.stdout)["complete"] == len(POSTS)
    lines = dict(line.removeprefix("! ").split(": ", 1) for line in first.stderr.splitlines())
    assert lines["hugo/content/tea.md"].startswith("Written back (hugo): images, hero (top)")
    assert lines["jekyll/_posts/2024-01-02-rye.md"].startswith("Written back (jekyll): image, hero (top)")
    assert lines["obsidian/Milk.md"].startswith("Written back (obsidian): cover, hero (top)")
    assert "has no <!-- /article-images --> below it" in lines["half.md"]
    assert (first.returncode, set(lines)) == (3, set(POSTS) - {"export.json"})
    texts = {path: path.read_bytes() for path in folder.rglob("*.*")}
    assert texts[folder / "half.md"].decode() == POSTS["half.md"]
    paid = world.paid
    (folder / "half.md").unlink()
    again = cli("backlog", str(folder), *ASKED)
    report = json.loads(again.stdout)
    assert (again.returncode, report["done_before"], report["complete"]) == (0, len(POSTS) - 1, 0)
    assert again.stderr.count("nothing had to change") == 3
    assert ({path: path.read_bytes() for path in folder.rglob("*.*")}.items() <= texts.items(), world.paid) == (
        True,
        paid,
    )


def test_a_source_that_has_no_files_is_bad_input(cli: CommandLine, tmp_path: Path) -> None:
    """Feeds, the bucket and all sources have no file to write into; options of the way back alone need it."""
    for source in (["https://example.com/feed"], ["bucket:posts"], []):
        done = cli("backlog", *source, "--write-back")
        assert (done.returncode, "SOURCE must be a folder" in done.stderr) == (2, True)
    for option in (("--output", "x"), ("--dialect", "hugo")):
        done = cli("backlog", str(tmp_path), *option)
        assert (done.returncode, option[0] in done.stderr) == (2, True)


def test_without_a_bucket_a_folder_names_its_copies(painted: Path, cli: CommandLine, folder: Path) -> None:
    """With --output the files of each article are copied below their tenant and slug, and the posts name them."""
    for name in ("half.md", "export.json", "obsidian/Milk.md", "jekyll/_posts/2024-01-02-rye.md"):
        (folder / name).unlink()
    (folder / "hugo/hugo.toml").write_text("[markup.goldmark.renderer]\nunsafe = true\n")
    (folder / "hugo/content/tea.md").write_text("---\ntopic: Tea\n---\nText\n")
    refused = cli("backlog", str(folder), *ASKED)
    assert (refused.returncode, "no bucket is configured" in refused.stderr) == (2, True)
    done = cli("backlog", str(folder), *ASKED, "--output", str(folder / "hugo" / "static" / "img"))
    assert done.returncode == 0, done.stderr
    assert 'images: ["/img/default/tea/hero.png"]' in (folder / "hugo/content/tea.md").read_text()
    assert (folder / "hugo/static/img/default/tea/hero.png").exists()
