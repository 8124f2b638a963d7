"""Items of a feed that share what they are known by."""

from blocks.sources.feed_items import FeedItem, FeedText
from blocks.sources.feed_twins import DistinctItems
from imaging.errors import InvalidInput

HOME = "https://blog.example/"


def item(identity: str, title: str, text: str = "", link: str = "") -> FeedItem:
    return FeedItem(identity, FeedText(title), FeedText(text), FeedText(""), "de", link)


def read(*pages: list[FeedItem]) -> tuple[list[str], list[str]]:
    """The topics of what is made, and the keys of what is refused."""
    distinct, made, refused = DistinctItems("https://blog.example/feed?key=secret"), [], []
    for page in pages:
        for entry in distinct.page(page):
            try:
                article = entry.read().article
            except InvalidInput:
                refused.append(entry.key)
            else:
                assert article.origin.source == "https://blog.example/feed?…"
                made.append(f"{article.topic}: {article.article_id} {article.origin.url}")
    return made, refused


def test_items_that_share_an_id_are_all_made() -> None:
    """An id or address that several items have is none of theirs; what is their own tells them apart."""
    titles = [item(HOME + "x", f"T{number}") for number in range(5)]
    assert read(titles) == ([f"T{number}: None " for number in range(5)], [])
    linked = [item("g", "A", link="/a"), item("g", "B", link="/b"), item("h", "C", link="/c")]
    assert read(linked) == (["A: None /a", "B: None /b", "C: h /c"], [])
    # By its own id where only the links are one; the blog's address is no item's, though a single one has it.
    assert read([item("1", "A", link="/x"), item("2", "B", link="/x")]) == (["A: 1 ", "B: 2 "], [])
    assert read([item(HOME, "A", link=HOME)]) == (["A: None "], [])


def test_what_pages_have_in_common() -> None:
    """An item that two pages have is taken once; another item with its id is made as well."""
    assert read([item("1", "A")], [item("1", "A"), item("2", "B")]) == (["A: 1 ", "B: 2 "], [])
    assert read([item("1", "A")], [item("1", "B")]) == (["A: 1 ", "B: None "], [])


def test_items_that_only_their_text_tells_apart_are_named() -> None:
    """The one that would take the other's place is refused by name; the same item twice is one."""
    twins = [item("g", "A", "one", "/a"), item("g", "A", "two", "/a"), item("g", "A", "one", "/a")]
    made, refused = read(twins)
    assert (len(made), len(refused)) == (1, 1)
