"""What makes patterns and parsers take their time: `python -m tests.security.worst_cases NAME` feeds one with it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from typing import Any

from blocks.sources.feed_items import parse_feed
from blocks.vendors.refusals import is_moderation
from imaging.articles.files.parsing import parse_json, parse_markdown
from imaging.cards.logos.svg import draw_svg, is_svg
from imaging.errors import ImagesError
from imaging.pictures.anatomy import refuse_polyglot
from imaging.sanitizing.printable import printable, printable_name
from imaging.slug import slugify
from imaging.typesetting.clusters import clean
from imaging.typesetting.syllables import syllables

PNG = b"\x89PNG\r\n\x1a\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'
Case = tuple[Callable[[Any], object], Any]


def svg_sniffing() -> Iterator[Case]:
    for part in (b"<!---->", b"<!DOCTYPE[]>", b"<!DOCTYPE a[]>", b"<?a?>", b"<!--", b"<?a ", b"<!DOCTYPE ", b" ", b"<"):
        yield is_svg, part * 40
        yield is_svg, part * 100_000


def svg_drawing() -> Iterator[Case]:
    parts = {b"<g>": 90_000, b'<a b="url("/>': 40_000, b"<style>url( url(</style>": 40_000, b'<a id="a"/>': 30_000}
    for part, times in parts.items():
        yield _drawn, SVG % (part * times)
    yield _drawn, SVG % (b'<rect fill="' + b"url( " * 190_000 + b'"/>')
    yield _drawn, SVG % (b'<image href="data:image/png;base64,' + b"A " * 400_000 + b')"/>')


def feed() -> Iterator[Case]:
    for part in (b"\n", b"\n<!ENTITY ", b"\n<!DOCTYPE ", b"<!--", b'encoding="', b'"'):
        yield parse_feed, _rss(part * 100_000, b"")
        yield parse_feed, _rss(part * (8_000 // len(part)), b"")
        yield parse_feed, b"<?xml " + part * 100_000 + b"<rss"
    for part in (b"a", b"a.", b"a@", b"("):
        yield parse_feed, _rss(b"", b"<item><title>x</title><author>" + part * 100_000 + b"</author></item>")
    for part in (b'encoding="', b"<", b"&", b"&a", b"<!--", b"<![CDATA[", b"]]>", b" "):
        yield parse_feed, _rss(b"", b"<title>" + part * 50_000 + b"</title>")
    yield parse_feed, b'{"items":' + b"[" * 1_000_000


def article() -> Iterator[Case]:
    parts = (
        " ",
        "\n",
        "---\n",
        "\n---",
        "\n--- ",
        "a: ",
        '"',
        "'",
        "\\",
        '"\\',
        "#",
        " #",
        "://",
        "x/",
        "-",
        "&a ",
        "*",
    )
    for part, head in product(parts, ("", "---\n", "---\ntopic: ", '---\ntopic: x\nexcerpt: "')):
        yield parse_markdown, head + part * 300_000
        yield parse_markdown, (head + part * 300_000)[:30_000] + "\n---\n"
    for part in ("a/", "a-", "https://", "-"):
        yield parse_json, f'{{"topic": "x", "slug": "{part * 100_000}", "brand": {{"logo": "{part * 100_000}"}}}}'


def picture() -> Iterator[Case]:
    parts = (
        b"\xff",
        b"\xff\x00",
        b"\xff\xd0",
        b"\0",
        b"<html ",
        b"<html" + b" " * 99,
        b"PK\x03\x04",
        b"%PDF-",
        b"<script",
    )
    heads = (b"\xff\xd8", b"\xff\xd8\xff\xda\x00\x02", b"\xff\xd8\xff\xda\x00\x02\xff\xd9", PNG)
    for part, head in product(parts, heads):
        yield refuse_polyglot, head + part * 500_000
    spaces = b"<html" + b" " * 3_000_000
    yield refuse_polyglot, PNG + len(spaces).to_bytes(4) + b"IDAT" + spaces + b"1234" + b"\0\0\0\0IEND1234"


def words() -> Iterator[Case]:
    for part in ("nsfw", "flagged as ", "content ", "\n", "\x1b", "insufficient ", "a", " ", "\u202e", "ä", "-"):
        yield from ((function, part * 100_000) for function in (is_moderation, printable, printable_name, clean))
        yield from ((function, (part * 300)[:300]) for function in (slugify, partial(syllables, language="de")))


def _drawn(data: bytes) -> None:
    with suppress(ValueError):
        draw_svg(data, 1_000_000)


def _rss(head: bytes, inside: bytes) -> bytes:
    return b'<?xml version="1.0"?>' + head + b'<rss version="2.0"><channel>' + inside + b"</channel></rss>"


ALL = {each.__name__: each for each in (svg_sniffing, svg_drawing, feed, article, picture, words)}

if __name__ == "__main__":
    for function, case in ALL[sys.argv[1]]():
        sys.stderr.write(f"{function} {case[:60]!r}\n")  # the last one is what took too long
        with suppress(ImagesError):
            function(case)
