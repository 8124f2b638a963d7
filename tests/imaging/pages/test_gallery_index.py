"""The index of galleries: one page for all articles of a backlog."""

from imaging.backlog import Outcome, SourceReport
from imaging.pages.gallery_index import IndexEntry, index_page
from tests.imaging.pages.test_gallery import HOSTILE, Page


def of(words: str) -> Page:
    report = SourceReport(source=f"posts {words}", problems=[words]).plus(words, Outcome(came="failed", why=words))
    entries = [
        IndexEntry("tea.md", "done before", gallery="acme/tea.html", picture="https://images.example/tea.webp"),
        IndexEntry(f"bad {words}", "failed", why=words, run="http://127.0.0.1:4200/runs/flow-run/1"),
        IndexEntry(
            f"milk {words}", "complete", title=words, gallery="acme/milk.html", picture="../storage/images/milk.webp"
        ),
    ]
    return Page(index_page(report, entries))


def test_what_is_wrong_comes_first_and_every_gallery_is_a_link() -> None:
    """Failed articles lead, with reason and run; the others show their heroes, loaded as they come into view."""
    page = of("Words")
    assert page.text.index("bad Words") < page.text.index("milk Words") < page.text.index("tea.md")
    assert set(page.all("a", "href")) == {"http://127.0.0.1:4200/runs/flow-run/1", "acme/milk.html", "acme/tea.html"}
    assert page.all("img", "src") == ["../storage/images/milk.webp", "https://images.example/tea.webp"]
    assert set(page.all("img", "loading")) == {"lazy"}


def test_no_word_of_an_article_becomes_markup() -> None:
    """Whatever titles, names and reasons hold, the page has the same elements and attributes."""
    plain = of("Words")
    for words in HOSTILE:
        page = of(words)
        assert page.shape == plain.shape
        assert " ".join(words.split()) in page.text
