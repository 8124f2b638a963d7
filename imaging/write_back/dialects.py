"""The dialects of systems that keep articles as Markdown: the fields of their front matter that hold pictures.

Sources: Hugo "Front matter" (`images`), jekyll-seo-tag "Advanced usage" (`image`), Astro's blog template (`heroImage`),
Docusaurus "plugin-content-blog" (`image`), Obsidian Publish "Social media link previews" (`cover`, `image`), DEV's
editor guide (`cover_image`).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a system shows pictures.

    `fields`: names for the picture in its front matter; the first that is there is used, else the first. `form` of its
    value: an address, a list of addresses, or a mapping with `path` and `alt`. `shows_field`: whether pages show it: it
    is the hero then, else the card for link previews, and the hero stands in the text. `keeps_html`: whether HTML in
    the text reaches the page; `is_mdx`: whether it is JSX. `opens_with_text`: whether the first paragraph is the page's
    excerpt or description, so that a picture at the top stands below it. `static`: the folder of the site whose files
    are served as they are, empty for the site's own; None if there is none.
    """

    name: str
    fields: tuple[str, ...] = ()
    form: Literal["address", "list", "mapping"] = "address"
    shows_field: bool = False
    keeps_html: bool = True
    is_mdx: bool = False
    opens_with_text: bool = False
    static: str | None = None


DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("hugo", ("images",), "list", static="static"),
        Dialect("jekyll", ("image",), "mapping", opens_with_text=True, static=""),
        Dialect("astro", ("heroImage", "coverImage", "cover", "image"), shows_field=True, static="public"),
        Dialect("docusaurus", ("image",), is_mdx=True, opens_with_text=True, static="static"),
        Dialect("eleventy", ("image", "cover", "ogImage")),
        Dialect("devto", ("cover_image",), shows_field=True, keeps_html=False),
        Dialect("obsidian", ("cover", "image", "banner")),
        Dialect("notion", ("cover",), keeps_html=False),
        Dialect("pandoc", keeps_html=False),
        Dialect("plain", ("image", "cover")),
    )
}

# By a file or folder beside the article or in one of the folders above it; the nearest counts.
_MARKS = {
    "hugo": re.compile(r"(?:config/_default/)?hugo\.(?:toml|ya?ml|json)"),
    "jekyll": re.compile(r"_config\.ya?ml|_config\.toml"),
    "astro": re.compile(r"astro\.config\.\w+"),
    "docusaurus": re.compile(r"docusaurus\.config\.\w+"),
    "eleventy": re.compile(r"\.?eleventy(?:\.config)?\.[cm]?[jt]s"),
    "obsidian": re.compile(r"\.obsidian"),
}
HUGO_FOLDER = "config/_default"  # Hugo's configuration in parts
_OLD_HUGO = re.compile(rf"(?:{HUGO_FOLDER}/)?config\.(?:toml|ya?ml|json)")
_PART_OF_HUGO = re.compile(rf"{HUGO_FOLDER}/markup\.(?:toml|ya?ml|json)")
_FIELDS = {  # names that only one system has
    "astro": {"heroImage", "pubDate"},
    "devto": {"cover_image"},
    "docusaurus": {"sidebar_label", "sidebar_position", "hide_table_of_contents", "pagination_label"},
    "eleventy": {"eleventyNavigation", "eleventyExcludeFromCollections", "templateEngineOverride"},
    "hugo": {"lastmod", "expiryDate", "publishDate", "featured_image", "resources", "images"},
    "jekyll": {"layout", "excerpt_separator"},
    "obsidian": {"aliases", "cssclasses", "cssclass"},
    "pandoc": {"bibliography", "csl", "header-includes", "documentclass"},
}
_NOTION = re.compile(r" [0-9a-f]{32}\.\w+$")


@dataclass(frozen=True, slots=True)
class Site:
    """Where a site's configuration was found: its dialect, and how many folders above the article, 0 for its own."""

    dialect: str
    up: int


def site_of(above: Sequence[Collection[str]]) -> Site | None:
    """Return the site of an article by the names in its folder and in those above it, the nearest first."""
    for up, names in enumerate(above):
        for dialect, mark in _MARKS.items():
            if any(mark.fullmatch(name) for name in names):
                return Site(dialect, up)
        if "content" in names and any(_OLD_HUGO.fullmatch(name) for name in names):
            return Site("hugo", up)
    return None


def is_configuration(name: str, dialect: str) -> bool:
    """Return whether a file of a site's folder is its configuration."""
    marks = [_MARKS[dialect]] if dialect in _MARKS else []
    marks += [_OLD_HUGO, _PART_OF_HUGO] if dialect == "hugo" else []
    return any(mark.fullmatch(name) for mark in marks)


def dialect_of(path: str, kind: str, names: Collection[str]) -> str:
    """Return the dialect of an article outside any site, by its path, and the kind and names of its front matter."""
    folders = [part.lower() for part in path.replace("\\", "/").split("/")[:-1]]
    if "_posts" in folders or "_drafts" in folders:
        return "jekyll"
    if any(pair == ("src", "content") for pair in pairwise(folders)):
        return "astro"
    if "content" in folders or kind in {"toml", "json"}:
        return "hugo"
    if kind == "title block":
        return "pandoc"
    if not kind and _NOTION.search(path):
        return "notion"
    return next((dialect for dialect, own in _FIELDS.items() if not own.isdisjoint(names)), "plain")
