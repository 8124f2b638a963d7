"""`--write-back` for a folder: its posts get their pictures, each in its dialect, and are done then."""

import json
import shutil
from pathlib import Path

import pytest

from flows.commands.write_back import article_file
from tests import ROOT
from tests.imaging.write_back.sets import set_for
from tests.world import CommandLine, World

ASKED = ("--write-back", "--json", "--only", "hero")
POSTS = ROOT / "tests" / "posts"
ODD = {
    "half.md": "---\ntopic: Half\n---\n<!-- article-images:hero -->\n\nText\n",
    "export.json": '{"topic": "Oats"}',
}
SOME = (
    "astro/src/content/blog/first-telescope.mdx",
    "hugo/content/posts/winter-tomatoes/index.md",
    "jekyll/_posts/2024-02-29-jour-bissextile.markdown",
    "obsidian/Notes/Linking beats folders.md",
)
OWN = {"hugo/content/posts/winter-tomatoes/index.md"}  # its theme shows a picture of its author's
PLAIN = {"obsidian/Notes/Linking beats folders.md"}  # nothing about it says whose it is


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Posts of some dialects, and what is none."""
    for name in SOME:
        (tmp_path / "posts" / name).parent.mkdir(parents=True)
        shutil.copy(POSTS / name, tmp_path / "posts" / name)
    for name, text in ODD.items():
        (tmp_path / "posts" / name).write_text(text)
    return tmp_path / "posts"


def dialect_in(name: str) -> str:
    """The dialect that a post below `tests/posts` must be written in."""
    return "plain" if name in PLAIN else name.partition("/")[0]


def has_hero_on_top(name: str) -> bool:
    """Whether a post's system leaves it to the text to show the hero."""
    return dialect_in(name) not in {"astro", "devto"} and name not in OWN


def test_posts_of_all_dialects_are_known_by_what_they_are(tmp_path: Path) -> None:
    """Without its site each post is written in its own dialect, and its hero stands where that shows none itself."""
    shutil.copytree(POSTS, tmp_path / "posts")
    posts = [path for path in (tmp_path / "posts").rglob("*.m*") if path.name != "README.md"]
    assert len(posts) == 20
    for post in posts:
        name = post.relative_to(tmp_path / "posts").as_posix()
        words, *_ = article_file(str(post)).written_back(set_for("Text"))
        assert words.startswith(f"Written back ({dialect_in(name)}): "), name
        assert ("hero (top)" in words) == has_hero_on_top(name), name


def test_a_folder_is_written_back_and_done(world: World, cli: CommandLine, folder: Path) -> None:
    """Each Markdown file gets its pictures in its dialect; a broken one is named and stops none; then all is done."""
    planned = json.loads(cli("plan", str(folder), "--json", "--only", "hero").stdout)
    first = cli("backlog", str(folder), *ASKED)
    report = json.loads(first.stdout)
    assert (report["complete"], report["failed"]) == (len(planned["articles"]), 0)
    lines = [line for line in first.stderr.splitlines() if "Written back" in line or line.startswith("!")]
    written = {name: words for name, _, words in (line.removeprefix("! ").partition(": ") for line in lines)}
    posts = {path.relative_to(folder).as_posix() for path in folder.rglob("*.m*") if path.name != "README.md"}
    assert (first.returncode, set(written)) == (3, posts)
    assert "has no <!-- /article-images --> below it" in written.pop("half.md")
    for name, words in written.items():
        assert words.startswith(f"Written back ({dialect_in(name)}): "), name
        assert ("hero (top)" in words) == has_hero_on_top(name), name
    assert first.stderr.count("  ! featured_image: has a picture of its own") == 1
    texts = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    assert texts[folder / "half.md"].decode() == ODD["half.md"]
    paid = world.paid
    (folder / "half.md").unlink()
    again = cli("backlog", str(folder), *ASKED)
    report = json.loads(again.stdout)
    assert (again.returncode, report["done_before"], report["complete"]) == (0, len(planned["articles"]) - 1, 0)
    assert again.stderr.count("nothing had to change") == len(written)
    assert all(path.read_bytes() == texts[path] for path in texts if path.exists())
    assert world.paid == paid


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
    shutil.rmtree(folder)
    (folder / "hugo" / "content").mkdir(parents=True)
    (folder / "hugo/hugo.toml").write_text("[markup.goldmark.renderer]\nunsafe = true\n")
    (folder / "hugo/content/tea.md").write_text("---\ntopic: Tea\n---\nText\n")
    refused = cli("backlog", str(folder), *ASKED)
    assert (refused.returncode, "no bucket is configured" in refused.stderr) == (2, True)
    done = cli("backlog", str(folder), *ASKED, "--output", str(folder / "hugo" / "static" / "img"))
    assert done.returncode == 0, done.stderr
    assert 'images: ["/img/default/tea/hero.png"]' in (folder / "hugo/content/tea.md").read_text()
    assert (folder / "hugo/static/img/default/tea/hero.png").exists()
