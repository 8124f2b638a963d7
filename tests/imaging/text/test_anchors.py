"""Anchors of headings."""

import pytest

from imaging.text.anchors import headings_of, lines_behind_headings, section_of

# Of github-slugger's own test/fixtures.json, made by asking GitHub; and what it is to do with repeated headings.
GITHUB = {
    "HELLO world": "hello-world",
    "hello_world-and more": "hello_world-and-more",
    "Über Käse & Wein": "über-käse--wein",
    "C++ in 2.5 steps": "c-in-25-steps",
    "Привет, мир!": "привет-мир",
    "I ❤️ unicode": "i-️-unicode",
    "中文 标题": "中文-标题",
    "x² and Ⅷ": "x-and-ⅷ",
}


@pytest.mark.parametrize("heading", GITHUB)
def test_an_anchor_is_made_as_github_makes_it(heading: str) -> None:
    """Letters, marks, digits and connectors stay, in lower case; each space becomes a hyphen, and nothing else does."""
    assert [one.anchor for one in headings_of(f"## {heading}")] == [GITHUB[heading]]


def test_headings_of_one_text_are_numbered() -> None:
    """A repeated heading gets -1, -2, at any level, and never the anchor that another heading has made for itself."""
    body = "# Tea\n\n## Tea\n\n## Tea 1\n\n> ### Tea\n\n```\n## Tea\n```\n\n<h2>Tea</h2>\n"
    assert [one.anchor for one in headings_of(body)] == ["tea", "tea-1", "tea-1-1", "tea-2", "tea-3"]


def test_a_headings_own_id_is_its_anchor() -> None:
    """An id in the way of Pandoc, Hugo, Docusaurus, kramdown or HTML counts, and is no word of the heading."""
    body = "## Milk {#milk-id}\n\n## Rye {: .big #rye }\n\n<h2 id='oats'>Oats</h2>\n\n## Barley\n"
    assert [(one.text, one.anchor) for one in headings_of(body)] == [
        ("Milk", "milk-id"), ("Rye", "rye"), ("Oats", "oats"), ("Barley", "barley"),
    ]  # fmt: skip
    assert section_of(body, "Rye") == ("Rye", "rye")
    assert section_of(body, "everyday life") is None


def test_the_line_behind_a_heading_is_that_of_the_body() -> None:
    """Comments over several lines, which are no part of the visible body, do not shift where a heading ends."""
    body = "%%\nhidden\n## No heading\n%%\n\nTea\n---\ntext\n{/* one\ntwo */}\n\n## Milk\n"
    lines = body.split("\n")
    assert {anchor: lines[line - 1] for anchor, line in lines_behind_headings(body).items()} == {
        "tea": "---", "milk": "## Milk",
    }  # fmt: skip
