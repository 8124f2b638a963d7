"""The documents, read as GitHub reads them: links, anchors, code."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import dropwhile, groupby, pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests import ROOT

README, DOCS = ROOT / "README.md", ROOT / "docs"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "deployments").rglob("*.md")])
by_document = pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])

_PARSER = MarkdownIt("commonmark").enable("table")
_ASSIGNMENT = re.compile(r"\w+=")


@cache
def tokens(document: Path) -> tuple[Token, ...]:
    """Return a document's blocks and what stands in them, in order."""
    blocks = _PARSER.parse(document.read_text())
    return tuple(token for block in blocks for token in (block, *(block.children or [])))


def links(document: Path) -> Iterator[str]:
    """Yield the targets of a document's links and pictures."""
    for token in tokens(document):
        target = token.attrGet("href" if token.type == "link_open" else "src")
        if target is not None:
            yield str(target)


@cache
def anchors(document: Path) -> frozenset[str]:
    """Return the anchors of a document's headings, as GitHub makes them.

    Lower case, without punctuation, a hyphen for each blank, a number after those that are there already:
    https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github
    """
    found: dict[str, int] = {}
    blocks = _PARSER.parse(document.read_text())
    for block, inline in pairwise(blocks):
        if block.type == "heading_open":
            words = "".join(token.content for token in inline.children or [])
            anchor = re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-")
            found[anchor] = found.get(anchor, -1) + 1
    return frozenset(
        f"{name}-{number}" if number else name for name, last in found.items() for number in range(last + 1)
    )


def code(document: Path, language: str) -> Iterator[str]:
    """Yield a document's blocks of code in a language."""
    return (token.content for token in tokens(document) if token.type == "fence" and token.info.strip() == language)


def commands(document: Path) -> Iterator[list[str]]:
    """Yield the words of each command in a document's `sh` blocks, without the variables that are set before it."""
    for block in code(document, "sh"):
        plain = re.sub(r"(^|\s)# .*$", "", block.replace("\\\n", " "), flags=re.MULTILINE)
        words = shlex.shlex(plain, posix=True, punctuation_chars=";&|\n")
        words.whitespace, words.whitespace_split, words.commenters = " \t", True, ""
        for ends, command in groupby(words, lambda word: not word.strip(";&|\n")):
            named = [*dropwhile(lambda word: word == "export" or _ASSIGNMENT.match(word), () if ends else command)]
            if named:
                yield named


def quoted(document: Path) -> Iterator[str]:
    """Yield what stands in backticks in a document's text."""
    return (" ".join(token.content.split()) for token in tokens(document) if token.type == "code_inline")


def quoted_below(document: Path, heading: str) -> list[str]:
    """Return what stands in backticks between a heading and the next one."""
    return re.findall(r"`([^`\n]+)`", _section(document, heading))


def table(document: Path, heading: str, column: int = 0) -> list[str]:
    """Return what stands in backticks in a column of the tables between a heading and the next one."""
    rows = [re.split(r"(?<!\\)\|", line) for line in _section(document, heading).splitlines() if line.startswith("|")]
    return re.findall(r"`([^`]+)`", " ".join(row[column + 1] for row in rows))


def _section(document: Path, heading: str) -> str:
    return document.read_text().partition(f"# {heading}\n")[2].partition("\n#")[0]
