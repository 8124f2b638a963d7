"""Reports of backlogs, whose articles are whose, and how sources are spelled."""

from pathlib import Path

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import is_address
from imaging.articles.origin import Origin, id_key
from imaging.articles.sources import checked_source
from imaging.backlog import MAX_LISTED, Outcome, SourceReport, backlog_report, for_tenant
from imaging.errors import InvalidInput
from imaging.pages.gallery import markdown_backlog


def test_a_report_counts_and_lists_what_is_not_complete() -> None:
    """Counts and costs add up; the list of troubles has an end, and says how many it leaves out."""
    report = SourceReport(source="folder").plus("a", Outcome(came="complete", cost_usd=0.1)).plus_done()
    for number in range(MAX_LISTED + 5):
        report = report.plus(f"b{number}", Outcome(came="failed", why="x" * 1000))
    assert (report.complete, report.done_before, report.failed, report.articles) == (1, 1, 105, 107)
    assert len(report.trouble) == MAX_LISTED
    assert max(len(trouble.why) for trouble in report.trouble) <= 300
    assert "5 more are not listed" in markdown_backlog(backlog_report([report]), lambda run: run)


def test_shards_of_one_source_are_put_together() -> None:
    """Two reports on the same source of the same tenant become one; another tenant's stays apart."""
    one = SourceReport(source="s", user_id="a", complete=2, cost_usd=0.1, problems=["p"])
    report = backlog_report([one, one.model_copy(update={"failed": 1}), SourceReport(source="s", user_id="b")])
    assert [(source.user_id, source.complete, source.failed) for source in report.sources] == [("a", 4, 1), ("b", 0, 0)]
    assert report.sources[0].problems == ["p"]
    assert (report.complete, report.cost_usd, report.status) == (4, 0.2, "degraded")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "complete"),
        ({"done_before": 9}, "complete"),
        ({"degraded": 1}, "degraded"),
        ({"problems": ["x"]}, "degraded"),
    ],
)
def test_a_backlog_is_complete_when_all_of_it_is(change: dict[str, object], status: str) -> None:
    """One degraded article or one problem of a source degrades the whole; what was done before does not."""
    assert backlog_report([SourceReport(source="s", complete=1).model_copy(update=change)]).status == status


def test_what_comes_from_outside_is_no_markup_in_the_summary() -> None:
    """Keys and reasons are shown as they are: a title in a feed cannot become a link in our UI."""
    report = SourceReport(source="s").plus(
        "[x](http://evil.example) <b>", Outcome(came="failed", why="|a|", flow_run_id="7")
    )
    shown = markdown_backlog(backlog_report([report]), lambda run: f"http://ui/runs/{run}")
    assert "](http://evil" not in shown
    assert "<b>" not in shown
    assert "[failed](<http://ui/runs/7>)" in shown


def test_an_article_is_its_sources_tenants_or_refused() -> None:
    """Without a name the article is the tenant's; with another one it is refused; a source of nobody lets all be."""
    assert for_tenant(Article(topic="x"), "acme").user_id == "acme"
    assert for_tenant(Article(topic="x", user_id="acme"), "acme").user_id == "acme"
    assert for_tenant(Article(topic="x", user_id="other"), None).user_id == "other"
    for named in ("other", "default"):
        with pytest.raises(InvalidInput, match="acme"):
            for_tenant(Article(topic="x", user_id=named), "acme")


def test_sources_are_spelled_in_three_ways() -> None:
    """A folder is known by its whole path; an address and a prefix stay as they are."""
    assert checked_source("articles") == str(Path.cwd() / "articles")
    for source in ("https://blog.example/feed.json?key=1", "http://blog.example", "bucket:acme/articles/"):
        assert checked_source(source) == source


def test_an_address_in_capitals_is_the_same_source() -> None:
    """Scheme and host have no case: what is written otherwise is not another source; path and query stay."""
    assert checked_source("HTTP://Blog.Example:8080/Feed?Key=A") == "http://blog.example:8080/Feed?Key=A"
    assert id_key("Https://WWW.blog.example/Tea/") == id_key("http://blog.example/Tea")
    assert Origin(source="HTTPS://blog.example/feed").is_feed
    assert is_address("HTTPS://blog.example/logo.png")
    with pytest.raises(InvalidInput, match="credentials"):
        checked_source("HTTPS://me:secret@x/feed")


@pytest.mark.parametrize(
    "source", ["", "  ", "ftp://x/feed", "bucket:", "bucket:/", "https://me:secret@x/feed", "a\0b"]
)
def test_a_wrong_source_is_named_without_its_secrets(source: str) -> None:
    """What is no source is one clear error, which does not repeat a password."""
    with pytest.raises(InvalidInput, match="SOURCE") as raised:
        checked_source(source)
    assert "secret" not in str(raised.value)
