"""Origins: what a file and an address are recognised by."""

from pathlib import Path

import pytest

from imaging.articles.origin import Origin, id_key, url_key


@pytest.mark.parametrize(
    "url",
    [
        "http://blog.example/post",
        "https://www.blog.example/post/",
        "https://BLOG.example:443/post/index.html",
        "https://blog.example/post?utm_source=rss&utm_medium=feed&fbclid=x#comments",
        "https://blog.example/post#xtor=RSS-1",
    ],
)
def test_one_page_is_one_page(url: str) -> None:
    """Scheme, `www.`, the slash at the end and tracking make no other page of an address."""
    assert url_key(url) == url_key("https://blog.example/post")
    assert id_key(url) == id_key("https://blog.example/post")


def test_other_pages_are_others() -> None:
    """What a page is found by stays: its host, path, query, and the fragment that leads to one of many articles."""
    urls = ["/post", "/post-2", "/?p=1", "/?p=2", "/?artikel-1", "/?artikel-2", "/log#v1", "/log#v2", "/#!/a", "/#!/b"]
    hosts = ["https://blog.example", "https://blog.example:8443", "https://example"]
    assert len({url_key(host + url) for host in hosts for url in urls}) == len(hosts) * len(urls)
    assert {url_key(home) for home in ("https://blog.example", "http://www.blog.example/?utm_source=x", "")} == {""}
    assert id_key("tag:blog.example,2026:1/") == "tag:blog.example,2026:1/"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for name in ("install/intro.md", "api/intro.md", "intro.md"):
        (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / name).touch()
    return tmp_path / "docs"


def leads_to(origin: Origin, noted: str) -> bool | None:
    return origin.leads_to(noted, None, lambda path: Path(path).is_file())


def test_a_file_is_known_by_its_path_from_wherever_it_is_given(docs: Path) -> None:
    """A path of a source and one of the file alone are compared, whichever folder they begin at."""
    source = Origin(source=str(docs), path="api/intro.md")
    alone = Origin(path=str(docs / "api" / "intro.md"))
    assert source.known_path == "api/intro.md"
    assert alone.known_path == "docs/api/intro.md"
    assert Origin(source="C:\\docs", path="api\\intro.md").known_path == "api/intro.md"
    for origin in (source, alone):
        assert [leads_to(origin, noted) for noted in ("api/intro.md", "docs/api/intro.md")] == [True, True]
        assert [leads_to(origin, noted) for noted in ("install/intro.md", "docs/install/intro.md")] == [False, False]
        assert leads_to(origin, "intro.md") is False
    assert leads_to(Origin(source=str(docs), path="intro.md"), "docs/intro.md") is True


def test_a_file_of_a_source_beside_ours_is_another(docs: Path) -> None:
    """The end of the whole path finds the file of a folder that ours does not lie in."""
    alone, noted = Origin(path=str(docs.parent / "more" / "intro.md")), Origin(source=str(docs), path="api/intro.md")
    known = str(noted.known_path), noted.known_file
    assert alone.leads_to(*known, lambda path: Path(path).is_file()) is False
    (docs / "api" / "intro.md").unlink()
    assert alone.leads_to(*known, lambda path: Path(path).is_file()) is None


def test_a_path_that_leads_nowhere_any_more_says_nothing(docs: Path) -> None:
    """A file that was moved or renamed is not kept from its folder by the path that it had."""
    assert leads_to(Origin(source=str(docs), path="api/intro.md"), "setup/intro.md") is None
    assert leads_to(Origin(source="/elsewhere", path="api/intro.md"), "api/intro.md") is True
