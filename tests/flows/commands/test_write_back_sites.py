"""`--write-back` into sites: addresses that their pages can show, and what is told where they cannot."""

import re
from pathlib import Path

import pytest

from flows.commands.write_back import article_file
from tests.flows.commands.test_write_back import POST, SECTIONS
from tests.imaging.write_back.sets import set_for


@pytest.mark.parametrize(
    ("name", "configuration", "in_field", "in_text"),
    [
        ("_config.yml", 'baseurl: "/blog"\n', "/img", "{{ site.baseurl }}/img"),
        ("_config.yml", "# baseurl: /blog\ntitle: x\n", "/img", "/img"),
        ("hugo.toml", "baseURL = 'https://x.example/blog/'\n", "/blog/img", "/blog/img"),
        ("config/_default/config.toml", 'baseurl = "https://x.example/blog/"\n', "/blog/img", "/blog/img"),
        ("hugo.yaml", "baseurl: https://x.example/\n", "/img", "/img"),
        ("hugo.yaml", "baseURL: https://x.example/blog\ncanonifyURLs: true\n", "/img", "/img"),
        ("astro.config.mjs", "  site: 'https://x.example',\n  base: '/blog',\n", "/blog/img", "/blog/img"),
        ("docusaurus.config.js", "  // baseUrl: '/y/',\n  baseUrl: '/blog/',\n", "/blog/img", "/blog/img"),
        ("docusaurus.config.js", "  baseUrl: '/',\n", "/img", "/img"),
    ],
)
def test_a_site_below_a_path_has_it_in_its_addresses(
    name: str, configuration: str, in_field: str, in_text: str, tmp_path: Path
) -> None:
    """Pictures of a site that is not at its host's root are found, whether its system adds the path or not."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(configuration)
    post = tmp_path / "content" / "x.md"
    post.parent.mkdir()
    static = {"_config.yml": "", "astro.config.mjs": "public"}.get(name, "static")
    field = "heroImage" if name.startswith("astro") else "image"
    post.write_text(f"---\ntitle: x\n{field}: /img/hero.png\n---\nText\n\n{SECTIONS}")  # as of a run before
    for _ in range(2):
        article_file(str(post)).written_back(set_for(SECTIONS), tmp_path / static / "img")
    text = post.read_text()
    assert f'"{in_field}/' in text.split("---\n")[1]
    assert re.search(rf"[\"<]{re.escape(in_text)}/supporting/\w+\.png", text.split("---\n")[2])


@pytest.mark.parametrize(
    ("configuration", "name", "output", "better"),
    [
        ("hugo.toml", "x.md", "../pictures", "static"),
        ("hugo.toml", "x.md", "content/x", "static"),
        ("hugo.toml", "x.md", "static/img", None),
        ("hugo.toml", "index.de.md", "content/pictures", None),
        ("hugo.toml", "index.md", "pictures", "static"),
        ("_config.yml", "x.md", "assets", None),
        ("_config.yml", "x.md", "../pictures", ""),
        ("astro.config.mjs", "x.md", "src/assets", None),
        ("astro.config.mjs", "x.md", "../pictures", "public"),
        (".eleventy.js", "x.md", "../pictures", ""),
        ("readme.txt", "x.md", "../pictures", None),
    ],
)
def test_copies_that_no_page_can_show_are_told(
    configuration: str, name: str, output: str, better: str | None, tmp_path: Path
) -> None:
    """Who has the copies outside what the site serves is told of it, and of the folder to choose; nobody else is."""
    site = tmp_path / "site"
    (site / "content").mkdir(parents=True)
    (site / configuration).write_text("\n")
    post = site / "content" / name
    post.write_text("---\ntitle: x\n---\nText\n")
    lines = article_file(str(post)).written_back(set_for("Text"), site / output)
    told = [line for line in lines if "does not serve" in line]
    assert len(told) == (better is not None)
    assert all(f"choose a folder below {site / (better or '')}," in line for line in told)


def test_what_holds_for_text_is_said_of_text(tmp_path: Path) -> None:
    """A post that has no picture in its text is not told how Hugo shows them there."""
    (tmp_path / "hugo.toml").write_text("title = 'x'\n")
    post = tmp_path / "x.md"
    post.write_text("---\ntitle: x\ncover: {image: own.png}\n---\nText\n")
    lines = article_file(str(post)).written_back(set_for("Text"))
    assert not any("unsafe" in line for line in lines)


def test_a_hugo_site_that_leaves_html_out_gets_markdown(tmp_path: Path) -> None:
    """Goldmark drops HTML unless it is told to be unsafe: then pictures are Markdown, which is said."""
    (tmp_path / "content").mkdir()
    post = tmp_path / "content" / "x.md"
    (tmp_path / "config" / "_default").mkdir(parents=True)
    for name, configuration, is_html in (
        ("hugo.toml", "title = 'x'\n", False),
        ("hugo.toml", "[markup.goldmark.renderer]\nunsafe=true\n", True),
        ("hugo.toml", "", False),
        ("config/_default/markup.toml", "[goldmark.renderer]\nunsafe = true\n", True),
    ):
        (tmp_path / name).write_text(configuration)
        post.write_text(POST)
        lines = article_file(str(post)).written_back(set_for(SECTIONS))
        assert ("<picture>" in post.read_text(), "![" in post.read_text()) == (is_html, not is_html)
        assert any("goldmark.renderer.unsafe" in line for line in lines) == (not is_html)
