"""Fetching feeds: only what has changed, only from where it may be, and not without end."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from blocks.records.records import Records
from blocks.sources.feeds import FeedReader
from imaging.errors import SourceBusy, SourceError
from tests.standins import FeedSite


@pytest.fixture
def site() -> Iterator[FeedSite]:
    with FeedSite() as running:
        yield running


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(None, tmp_path)


def reader(address: str, records: Records) -> FeedReader:
    return FeedReader(address, records, "acme/_backlog/0")


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_a_page_that_did_not_change_is_not_sent_again(records: Records, validator: str) -> None:
    """The second time the server says 304, and the page is there all the same; a changed page is fetched."""
    with FeedSite(validator) as site:
        address = site.put("/feed", b"one", "text/xml; charset=iso-8859-1")
        first = reader(address, records).page(1, address)
        again = reader(address, records).page(1, address)
        assert (first.body, first.unchanged) == (b"one", False)
        assert (again.body, again.content_type, again.unchanged) == (b"one", first.content_type, True)
        site.put("/feed", b"two", "text/xml")
        assert reader(address, records).page(1, address).body == b"two"
        assert site.answered == [200, 304, 200]


def test_another_address_is_not_taken_for_the_page_of_before(site: FeedSite, records: Records) -> None:
    """Page 2 of today is another address than page 2 of yesterday: it is fetched whole."""
    for path in ("/a", "/b"):
        site.put(path, b"the same for the server's ETag", "text/xml")
        assert not reader(site.base_url + "/a", records).page(2, site.base_url + path).unchanged
    assert site.answered == [200, 200]


def test_a_server_that_names_no_version_is_always_asked_for_all(records: Records, tmp_path: Path) -> None:
    """Without ETag and Last-Modified nothing is kept."""
    with FeedSite(validator=None) as site:
        address = site.put("/feed", b"one", "text/xml")
        for _ in range(2):
            assert reader(address, records).page(1, address).body == b"one"
        assert site.answered == [200, 200]
    assert not list(tmp_path.rglob("*.json"))


def test_a_page_that_comes_packed_is_unpacked_up_to_its_limit(records: Records) -> None:
    """A bucket that keeps files as gzip sends them so, unasked; broken, a bomb or packed otherwise it is refused."""
    with FeedSite(packing="gzip") as site:
        address = site.put("/feed", gzip.compress(b"<rss>" * 100), "text/xml")
        assert reader(address, records).page(1, address).body == b"<rss>" * 100
        with pytest.raises(SourceError, match="499 bytes"):
            replace(reader(address, records), max_bytes=499).page(1, address)
        site.put("/feed", b"\x1f\x8b<rss>", "text/xml")
        with pytest.raises(SourceError, match="said to be packed as gzip, and is not"):
            reader(address, records).page(1, address)
        site.packing = "br"
        with pytest.raises(SourceError, match="packed as 'br'"):
            reader(address, records).page(1, address)


@pytest.mark.parametrize("kind", [500, 503, 429, "reset_before", "truncated"])
def test_passing_trouble_is_worth_a_retry(site: FeedSite, records: Records, kind: str | int) -> None:
    """What may be well in a moment is told apart from what will not."""
    address = site.put("/feed", b"one" * 1000, "text/xml") + "?key=hunter2"
    site.fault("page", kind)
    with pytest.raises(SourceBusy) as raised:
        reader(address, records).page(1, address)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("status", [401, 403, 404, 400])
def test_a_refusal_is_not(site: FeedSite, records: Records, status: int) -> None:
    """An address that is wrong is said to be, once, without its query."""
    address = site.put("/feed", b"one", "text/xml") + "?key=hunter2"
    site.fault("page", status)
    with pytest.raises(SourceError, match=str(status)) as raised:
        reader(address, records).page(1, address)
    assert not isinstance(raised.value, SourceBusy)
    assert "hunter2" not in str(raised.value)


def test_redirects_of_the_feeds_own_host_are_followed_and_come_to_an_end(site: FeedSite, records: Records) -> None:
    """A feed that moved on its own host is found; a loop is not followed for ever."""
    address = site.put("/feed", b"one", "text/xml")
    site.fault("page", "redirect", times=3)
    assert reader(address, records).page(1, address).body == b"one"
    site.fault("page", "redirect", times=None)
    with pytest.raises(SourceError, match="redirects"):
        reader(address, records).page(1, address)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_leads_to_another_private_address(site: FeedSite, records: Records, scheme: str) -> None:
    """A feed, and whoever writes it, cannot make us read what only this machine reaches: by redirect or next page."""
    with FeedSite() as inside:
        inside.put("/secret", b"secret", "text/xml")
        address = site.put("/feed", b"one", "text/xml")
        target = f"{scheme}://{inside.host}/secret"
        site.fault("page", "redirect", location=target)
        with pytest.raises(SourceError, match="not followed"):
            reader(address, records).page(1, address)
        for next_url in (target, f"http://me:pw@{site.host}/feed", "file:///etc/passwd", "https://localhost/", "//"):
            with pytest.raises(SourceError) as raised:
                reader(address, records).page(2, next_url)
            assert "pw" not in str(raised.value)
        assert inside.requests == []


def test_a_feeds_own_name_does_not_lead_inside(site: FeedSite, records: Records, dns: dict[str, list[str]]) -> None:
    """Whoever answers for a name could let it lead here one day: private is an address, or what the operator lists."""
    site.put("/feed", b"one", "text/xml")
    port = site.host.partition(":")[2]
    for address in (f"http://blog.example:{port}/feed", "http://blog.example/feed", "https://blog.example/feed"):
        dns["blog.example"] = ["127.0.0.1"]
        with pytest.raises(SourceError, match="IMAGES_DOWNLOAD_HOSTS"):
            reader(address, records).page(1, address)
    assert site.requests == []
    address = f"http://blog.example:{port}/feed"
    dns["blog.example"] = ["127.0.0.1"]
    listed = replace(reader(address, records), private=frozenset({"blog.example"}))
    assert listed.page(1, address).body == b"one"
    site.fault("page", "redirect", location=f"http://other.example:{port}/feed")
    dns |= {"blog.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    with pytest.raises(SourceError, match="not followed"):
        listed.page(1, address)


def test_a_page_has_an_end(site: FeedSite, records: Records) -> None:
    """More bytes than any honest page has, and a server that drips, are given up."""
    address = site.put("/feed", b"x" * 1001, "text/xml")
    with pytest.raises(SourceError, match="1,000 bytes"):
        replace(reader(address, records), max_bytes=1000).page(1, address)
    site.fault("page", "slow", bytes=1, seconds=0.05)
    with pytest.raises(SourceBusy):
        replace(reader(address, records), seconds=0.3).page(1, address)
