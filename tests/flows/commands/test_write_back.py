"""`--write-back`: the article's own file gets its pictures, is refused before money is spent, and is never spoilt."""

import json
import os
import re
from pathlib import Path

import pytest

from flows.commands.write_back import article_file
from imaging.errors import NotWritten
from tests.imaging.write_back.sets import set_for
from tests.world import CommandLine, World

SECTIONS = "\n\n".join(f"## {name}\n\nText on it." for name in ("Milk", "Tea", "Rye", "Oats"))
POST = f"---\ntopic: 'Breakfast: of champions'   # quoted\nlanguage: en\nuser_id: acme\n---\n\nIntro.\n\n{SECTIONS}\n"
ASKED = ("--write-back", "--json", "--only", "hero,supporting,card")


def test_a_file_that_was_written_back_pays_nothing_and_stays(world: World, cli: CommandLine, tmp_path: Path) -> None:
    """The pictures stand in the file with public addresses; a second run reuses all, and leaves every byte as it is."""
    site = tmp_path / "site"
    post = site / "content" / "posts" / "breakfast.md"
    post.parent.mkdir(parents=True)
    (site / "hugo.toml").write_text("[markup.goldmark.renderer]\nunsafe = true\n")
    post.write_bytes(POST.replace("\n", "\r\n").encode())
    post.chmod(0o640)
    first = cli("run", str(post), *ASKED)
    assert first.returncode == 0, first.stderr
    assert first.stderr.splitlines()[-1] == "Written back (hugo): images, hero (top), supporting-1 (Milk)"
    images = {image["name"]: image for image in json.loads(first.stdout)["images"]}
    text, paid = post.read_bytes(), world.paid
    assert text.decode().count(images["supporting-1"]["url"]) == 1
    assert f'images: ["{images["facebook"]["url"]}", "{images["hero"]["url"]}"]\r\n---'.encode() in text
    assert b"topic: 'Breakfast: of champions'   # quoted\r\n" in text
    assert not re.search(rb"(?<!\r)\n", text)
    assert post.stat().st_mode & 0o777 == 0o640
    written_at = post.stat().st_mtime_ns
    again = cli("run", str(post), *ASKED)
    assert (again.returncode, world.paid) == (0, paid)
    assert {image["status"] for image in json.loads(again.stdout)["images"]} == {"reused"}
    assert (post.read_bytes(), post.stat().st_mtime_ns) == (text, written_at)
    assert "nothing had to change" in again.stderr


def test_without_a_bucket_the_paths_of_copies_are_written(painted: Path, cli: CommandLine, tmp_path: Path) -> None:
    """This machine's addresses are refused before the run; with --output the file names copies, as the site does."""
    site = tmp_path / "site"
    post = site / "_posts" / "2024-01-02-breakfast.md"
    post.parent.mkdir(parents=True)
    (site / "_config.yml").write_text("title: x\n")
    post.write_text(POST)
    refused = cli("run", str(post), *ASKED)
    assert (refused.returncode, post.read_text()) == (2, POST)
    assert "no bucket is configured" in refused.stderr
    assert "--output" in refused.stderr
    served = cli("run", str(post), *ASKED, "--output", str(site / "assets" / "breakfast"))
    assert served.returncode == 0, served.stderr
    text = post.read_text()
    assert '<img src="/assets/breakfast/hero.png"' in text
    assert '  path: "/assets/breakfast/platform/facebook_og.png"' in text
    beside = cli("run", str(post), *ASKED, "--output", str(tmp_path / "my pictures"))
    text = post.read_text()
    assert beside.returncode == 0, beside.stderr
    [address] = re.findall(r'<img src="(\S+hero.png)"', text)
    assert address == "../../my%20pictures/hero.png"
    assert (tmp_path / "my pictures" / "hero.png").exists()
    assert "127.0.0.1" not in text


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("article.json", '{"topic": "x"}', "must be a Markdown file"),
        ("open.md", "---\ntopic: x\n", "not closed"),
        ("half.md", "---\ntopic: x\n---\n\n<!-- article-images:hero -->\n\nText\n", "no <!-- /article-images -->"),
        ("none.md", None, "must be a Markdown file"),
    ],
)
def test_what_cannot_be_written_back_is_bad_input(
    name: str, text: str | None, named: str, tmp_path: Path, cli: CommandLine
) -> None:
    """A file that is no Markdown, or that cannot be edited, is refused before anything is started."""
    if text is not None:
        (tmp_path / name).write_text(text)
    done = cli("run", str(tmp_path / name), "--write-back")
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr
    stdin = cli("run", "-", "--write-back", stdin='{"topic": "x"}')
    assert (stdin.returncode, "must be a Markdown file" in stdin.stderr) == (2, True)
    for dialect in (("--dialect", "geocities", "--write-back"), ("--dialect", "hugo")):
        refused = cli("run", str(tmp_path / name), *dialect)
        assert (refused.returncode, "--dialect" in refused.stderr) == (2, True)


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """What an author saved while the pictures were made stays, and so do a file and its folder that refuse writing."""
    post = tmp_path / "post.md"
    post.write_text(POST)
    file = article_file(str(post))
    post.write_text(f"{POST}One more sentence.\n")
    with pytest.raises(NotWritten, match="was changed while the pictures were made"):
        file.written_back(set_for(POST))
    assert post.read_text() == f"{POST}One more sentence.\n"
    post.unlink()
    with pytest.raises(NotWritten, match="the pictures are stored"):
        file.written_back(set_for(POST))
    assert os.listdir(tmp_path) == ["post.md"] or sorted(os.listdir(tmp_path)) == ["cwd"]


def test_a_link_stays_a_link_and_its_file_is_written(tmp_path: Path) -> None:
    """A symbolic link to the article is not replaced by a file."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "post.md").write_text(POST)
    link = tmp_path / "post.md"
    link.symlink_to(tmp_path / "real" / "post.md")
    article_file(str(link)).written_back(set_for(POST))
    assert link.is_symlink()
    assert "article-images:hero" in (tmp_path / "real" / "post.md").read_text()


def test_an_own_picture_beside_the_article_is_not_taken_for_a_copy(tmp_path: Path) -> None:
    """With copies in the article's own folder, its author's cover stays, and a copy of before gives way."""
    post = tmp_path / "index.md"
    for own, stays in (("./cover.png", True), ("./platform/old_og.png", False)):
        post.write_text(f"---\ntitle: x\nimage: {own}\n---\nText\n")
        article_file(str(post), "eleventy").written_back(set_for("Text"), tmp_path)
        assert (f"image: {own}\n" in post.read_text()) == stays
        assert '<img src="./hero.png"' in post.read_text()


def test_a_page_bundle_of_hugo_has_its_pictures_by_their_names(tmp_path: Path) -> None:
    """Hugo looks for a bundle's files by name, without ./; a picture of the author's with another suffix stays."""
    bundle = tmp_path / "content" / "posts" / "tea"
    bundle.mkdir(parents=True)
    (tmp_path / "hugo.toml").write_text("title = 'x'\n")
    post = bundle / "index.md"
    post.write_text("---\ntitle: x\ncover: {image: ''}\nfeatured_image: hero.jpg\n---\nText\n")
    article_file(str(post)).written_back(set_for("Text"), bundle)
    done = post.read_bytes()
    assert b'cover: {image: "hero.png"}\nfeatured_image: hero.jpg\n' in done
    assert b'images: ["platform/facebook_og.png", "hero.png"]\n' in done
    article_file(str(post)).written_back(set_for("Text"), bundle)
    assert post.read_bytes() == done


@pytest.mark.parametrize(
    ("files", "post", "text", "expected"),
    [
        (["hugo.toml"], "content/x.md", "Text", "hugo"),
        (["config.toml", "content/a.md"], "content/posts/x.md", "Text", "hugo"),
        (["config/_default/hugo.yaml"], "docs/x.md", "Text", "hugo"),
        (["_config.yml"], "docs/x.md", "Text", "jekyll"),
        (["astro.config.mjs"], "src/pages/x.md", "Text", "astro"),
        (["docusaurus.config.ts"], "docs/x.md", "Text", "docusaurus"),
        (["eleventy.config.js"], "posts/x.md", "Text", "eleventy"),
        ([".obsidian/app.json"], "Notes/x.md", "Text", "obsidian"),
        (["hugo.toml", "docs/docusaurus.config.js"], "docs/blog/x.md", "Text", "docusaurus"),
        ([], "_posts/x.md", "Text", "jekyll"),
        ([], "src/content/blog/x.md", "Text", "astro"),
        ([], "content/x.md", "Text", "hugo"),
        ([], "x.md", "+++\ntitle = 'x'\n+++\n", "hugo"),
        ([], "x.md", "---\ntitle: x\nheroImage: a.png\n---\n", "astro"),
        ([], "x.md", "---\ntitle: x\ncover_image: a.png\n---\n", "devto"),
        ([], "x 0f3c5a7e9b1d4c2f8a6e4b2d0c9f7e5a.md", "# x\n", "notion"),
        ([], "x.md", "% x\n\nText", "pandoc"),
        ([], "x.md", "---\ntitle: x\n---\n", "plain"),
    ],
)
def test_the_dialect_is_found_out(files: list[str], post: str, text: str, expected: str, tmp_path: Path) -> None:
    """By the nearest configuration above the file, else by its folders, else by its front matter."""
    for name in (*files, post):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / post).write_text(text)
    (tmp_path / ".git").mkdir()
    assert article_file(str(tmp_path / post)).target.dialect.name == expected
    assert article_file(str(tmp_path / post), "obsidian").target.dialect.name == "obsidian"
