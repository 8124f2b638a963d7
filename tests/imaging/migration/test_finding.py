"""Addresses in texts: found in every spelling, and rewritten where they stand, and nowhere else."""

import json

import pytest

from imaging.migration.addresses import Found, Picks
from imaging.migration.finding import found_in, found_in_page
from imaging.migration.markup import in_srcset
from imaging.migration.record import Record
from imaging.migration.rewriting import rewritten, rewritten_json, spellings_in

PICKS = Picks(lambda url: "old.example" in url or "replicate.delivery" in url, lambda url: "replicate.delivery" in url)
PIXEL = "data:image/png;base64,iVBORw0KGgo="
CASES = {
    "Markdown": ("![A cat](https://old.example/a.png)", {"https://old.example/a.png": "A cat"}),
    "escaped": (r"![](https://old.example/a\_b\(1\).png)", {"https://old.example/a_b(1).png": ""}),
    "blanks": ("![x](<https://old.example/a b.png>)", {"https://old.example/a b.png": "x"}),
    "brackets": ("![x](https://old.example/a(1).png)", {"https://old.example/a(1).png": "x"}),
    "entities": (
        '<p>x</p>\n\n    <img alt="A &amp; B" src="https://old.example/i?a=1&#038;b=2">',
        {"https://old.example/i?a=1&b=2": "A & B"},
    ),
    "reference": ("![R][1]\n\n[1]: https://old.example/r.png", {"https://old.example/r.png": "R"}),
    "srcset": (
        '<img alt="s" src=x srcset="https://old.example/1,2.png 1x,\n https://old.example/3.png 2x">',
        {"https://old.example/1,2.png": "s", "https://old.example/3.png": "s"},
    ),
    "style": ("<div style=\"background: url('https://old.example/bg.png')\">", {"https://old.example/bg.png": ""}),
    "caption": (
        "<figure><img src=//old.example/f.png><figcaption>Two <b>cups</b></figcaption></figure>",
        {"//old.example/f.png": "Two cups"},
    ),
    "data": (f"![d]({PIXEL})", {PIXEL: "d"}),
    "short code": ("{{< figure src=\"https://old.example/s.png\" >}}", {"https://old.example/s.png": ""}),
    "words": ("See https://replicate.delivery/x/out-0. Or not.", {"https://replicate.delivery/x/out-0": ""}),
    "JSON in a field": (
        json.dumps({"root": [{"type": "image", "src": "https://old.example/j.png", "alt": "Jam"}]}),
        {"https://old.example/j.png": "Jam"},
    ),
    "an address for a text": (
        json.dumps({"src": "https://old.example/k.png", "alt": "https://old.example/k.png"}),
        {"https://old.example/k.png": ""},
    ),
    "PHP": (r'{"url":"https:\/\/old.example\/p.png"}', {"https://old.example/p.png": ""}),
    "social": ('<meta property="og:image" content="https://old.example/og">', {"https://old.example/og": ""}),
    "a page, no picture": ('<a href="https://old.example/blog/">x</a>', {}),
    "an icon": ('<img src="data:image/svg+xml,x">', {}),
    "another host": ("![x](https://elsewhere.example/a.png)", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_addresses_are_found_with_their_words_and_rewritten(case: str) -> None:
    """Each address is found once, as a browser would ask for it; rewriting replaces it and leaves the rest."""
    text, expected = CASES[case]
    found = Record("x", {}, {"body": text}, "x").found(PICKS)
    assert {address: one.alt for address, (one, _) in found.items()} == expected
    changed = rewritten(text, dict.fromkeys(found, "https://new.example/1.png"))
    assert not Record("x", {}, {"body": changed}, "x").found(PICKS)
    assert changed.count("https://new.example/1.png") >= len(expected)
    assert len(changed) < len(text) + 60 * max(1, len(expected))


def test_the_beginning_of_a_longer_address_is_not_rewritten() -> None:
    """An address that another one begins with is replaced where it stands alone."""
    text = "![](https://old.example/a.png) ![](https://old.example/a.png?size=2), https://old.example/a.png."
    changed = rewritten(text, {"https://old.example/a.png": "N"})
    assert changed == "![](N) ![](https://old.example/a.png?size=2), N."
    assert rewritten("https://old.example/a.png.webp", {"https://old.example/a.png": "N"}).endswith("a.png.webp")


def test_what_stands_beside_an_address_says_what_it_shows() -> None:
    """In exports, columns and front matter, the fields around an address name its text and prompt."""
    row = {"hero_image": "https://old.example/h", "hero_image_alt": "A pot", "prompt": "a pot of tea", "id": 7}
    ((found, field),) = Record("x", {}, row, "x").found(PICKS).values()
    assert (found.alt, found.prompt, field, found.shown) == ("A pot", "a pot of tea", "hero_image", True)


def test_spellings_are_those_of_the_text() -> None:
    """For a database, an address is looked for as it stands there."""
    text = '<img src="https://old.example/i?a=1&amp;b=2"> https://old.example/i?a=1&b=2'
    assert sorted(spellings_in(text, "https://old.example/i?a=1&b=2")) == [
        "https://old.example/i?a=1&amp;b=2",
        "https://old.example/i?a=1&b=2",
    ]


def test_json_stays_as_it_is_but_for_the_addresses() -> None:
    """Formatting, escapes and numbers of a JSON document are kept."""
    text = '{"a": 1.50, "b":"\\u00fc",\n  "c": "x https:\\/\\/old.example\\/a.png y"}'
    changed = rewritten_json(text, lambda value: rewritten(value, {"https://old.example/a.png": "N"}))
    assert changed == '{"a": 1.50, "b":"\\u00fc",\n  "c": "x N y"}'


def test_a_page_of_html_is_no_markdown() -> None:
    """Scripts and indented elements of a page do not hide its pictures."""
    page = "<html><script>a[0](x)</script>\n\n      <img src='https://old.example/in.png' alt='in'>\n"
    assert Found("https://old.example/in.png", "in", shown=True) in list(found_in_page(page))
    assert "https://old.example/in.png" in {found.address for found in found_in(page)}


def test_srcset_is_split_as_browsers_do() -> None:
    """Commas within an address belong to it; those behind it do not."""
    assert list(in_srcset("a,b.png 1x, c.png,d.png 2x")) == ["a,b.png", "c.png,d.png"]
    assert list(in_srcset("a.png, b.png 2x")) == ["a.png", "b.png"]
