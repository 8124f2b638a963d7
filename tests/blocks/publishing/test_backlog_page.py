"""The page that leads to the galleries of a backlog."""

from blocks.publishing.backlog_page import GalleryIndex
from blocks.records.backlog_index import Done
from blocks.services import Services
from imaging.backlog import Outcome, SourceReport
from tests.blocks.versioned import bucket, services

__all__ = ["bucket", "services"]


def test_a_backlog_of_any_size_has_a_page_that_opens(services: Services) -> None:
    """Of thousands of articles that were done, as many are on the page as it can bear; one that failed always is."""
    index = GalleryIndex(services, "posts", None)
    for number in range(2500):
        index.add_done(f"done-{number}.md", Done("print", "complete", f"done-{number}"))
    index.add("bad.md", Outcome(came="failed", why="no title"))
    path = index.write(SourceReport(source="posts"))
    with open(path or "") as file:
        page = file.read()
    assert page.count("<figure>") == 1001
    assert page.index("bad.md") < page.index("done-0.md")
    assert "1,500 of them are not shown" in page


def test_what_was_done_before_is_named_so_that_one_knows_it(services: Services) -> None:
    """An item of a feed has an id that says nothing: the article's slug stands above it."""
    index = GalleryIndex(services, "posts", None)
    index.add_done("https://brot.example/?p=101", Done("print", "complete", "roggen-und-dinkel"))
    with open(index.write(SourceReport(source="posts")) or "") as file:
        page = file.read()
    assert ">roggen-und-dinkel</a></h2>" in page
    assert "?p=101</small>" in page
