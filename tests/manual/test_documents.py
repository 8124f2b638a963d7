"""The documents: what they name exists."""

import re
from pathlib import Path
from urllib.parse import unquote

from tests import ROOT
from tests.manual.documents import DOCS, DOCUMENTS, README, anchors, by_document, links

OURS = ("flows", "tasks", "blocks", "imaging", "tests", "docs", "deployments", "examples")
PATH = re.compile(rf"`((?:{'|'.join(OURS)})/[\w./-]*\w)`")
PLACEHOLDER = re.compile(r"\bNAME|_NAME\b")  # in recipes
MODULE = re.compile(r"python -m ((?:flows|tests)[\w.]*\w)")


@by_document
def test_every_path_that_is_named_exists(document: Path) -> None:
    """A path below one of our folders, in backticks, is a file or folder, and a module that is to be run is one."""
    text = " ".join(document.read_text().split())  # a command may go on in the next line
    named = {path for path in PATH.findall(text) if not PLACEHOLDER.search(path)}
    named |= {module.replace(".", "/") for module in MODULE.findall(text)}
    assert sorted(path for path in named if not ((ROOT / path).exists() or (ROOT / f"{path}.py").exists())) == []


@by_document
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    """A link or picture names a file of the repository, and its anchor a heading there."""
    for link in links(document):
        path, _, anchor = unquote(link).partition("#")
        if "://" in link or path.startswith("mailto:"):
            continue
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_is_a_page() -> None:
    """README has at most 200 lines: what is more is in docs/."""
    assert len(README.read_text().splitlines()) <= 200


def test_pictures_are_small_and_shown() -> None:
    """Each file of docs/images has less than 150,000 bytes, and a document shows it."""
    shown = {(document.parent / link).resolve() for document in DOCUMENTS for link in links(document)}
    pictures = {*(DOCS / "images").iterdir()}
    assert pictures
    assert pictures - shown == set()
    assert {picture.name for picture in pictures if picture.stat().st_size >= 150_000} == set()


def test_the_index_knows_every_document() -> None:
    """docs/README.md leads to each file of docs/, so that none is lost."""
    index = DOCS / "README.md"
    assert {path.name for path in DOCS.glob("*.md")} - {*links(index)} == {index.name}


def test_the_changelog_knows_the_version() -> None:
    """The newest version of the changelog, below what is not released, is the package's."""
    [version] = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    released = re.findall(r"^## \[(\d.+?)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == version
