"""The environment's proxy: one rule for all clients, and no way in by it."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from blocks.network.crawl import crawl
from blocks.network.download import Downloader, HostRules
from blocks.network.proxies import bypass_for_this_machine, check_proxies, proxy_for
from blocks.records.records import Records
from blocks.sources.feeds import FeedReader
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from blocks.vendors.answers.errors import WholeAnswers
from imaging.errors import ConfigurationError, SourceError, UnsafeDownload
from tests.blocks.hosts import FileHost
from tests.standins import Answer, Call


class Proxy(FileHost):
    """Answers for every host: what it is asked for arrives as a whole address, `http://host/path`."""

    def answer(self, call: Call) -> Answer:
        return Answer(200, call.headers["host"].encode(), "image/png", {"ETag": '"1"'})


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that the environment names for everything."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with Proxy() as running:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, running.base_url)
        yield running


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:9000", False), ("http://127.0.0.2", False), ("http://localhost:4200", False),
        ("http://[::1]:4200", False), ("http://0.0.0.0:4200", False), ("http://images.localhost", False),
        ("http://10.1.2.3:9000", False), ("https://s3.corp.example", False), ("https://corp.example", False),
        ("http://192.168.1.1", True), ("https://api.replicate.com", True), ("http://127.0.0.1.example", True),
        ("https://localhost.example", True),
    ],
)  # fmt: skip
def test_this_machine_is_never_proxied_and_all_else_is(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, url: str, expected: bool
) -> None:
    """Loopback in every spelling is asked directly, and so is what NO_PROXY names: hosts, domains, networks."""
    monkeypatch.setenv("NO_PROXY", ".corp.example, 10.0.0.0/8")
    assert (proxy_for(httpx.URL(url)) is not None) is expected


def test_every_client_takes_the_proxy(proxy: Proxy, tmp_path: Path) -> None:
    """Vendors, downloads, the bucket, feeds and the share check: what one asks through the proxy, all do."""
    with httpx.Client(transport=WholeAnswers(5, 1000)) as client:
        assert client.get("http://vendor.example/").text == "vendor.example"
    downloader = Downloader(HostRules.parse("cdn.example"), 1000, 5)
    assert downloader.fetch("http://cdn.example/a.png") == b"cdn.example"
    downloader.close()
    feed = FeedReader("http://blog.example/feed", Records(None, tmp_path), "feed")
    assert feed.page(1, "http://blog.example/feed").body == b"blog.example"
    assert crawl("http://public.example/a.png").begins == b"public.example"
    bucket = s3_bucket(endpoint="http://s3.example", key_id="id", secret="geheim", bucket="images")
    assert ImageStore(bucket, "").get("a") == b"s3.example"
    assert len(proxy.requests) == 5


def test_this_machine_is_asked_directly_by_all(proxy: Proxy, files: FileHost) -> None:
    """With the proxy set and no NO_PROXY: ours by their own rule, other libraries' by what is written for them."""
    address = files.page("/a.png", b"here")
    downloader = Downloader(HostRules.parse(files.host), 1000, 5)
    assert downloader.fetch(address) == b"here"
    downloader.close()
    bypass_for_this_machine()
    assert httpx.get(address).content == b"here"
    assert proxy.requests == []


@pytest.mark.parametrize("name", ["169.254.169.254", "10.0.0.1", "127.1", "[::ffff:10.0.0.1]"])
def test_a_proxy_is_no_way_to_a_private_address(proxy: Proxy, tmp_path: Path, name: str) -> None:
    """An address that is refused without a proxy is refused with one, which may reach more than we do."""
    downloader = Downloader(HostRules((frozenset()), frozenset(), ("",)), 1000, 5)
    with pytest.raises(UnsafeDownload):
        downloader.fetch(f"https://{name}/a.png")
    downloader.close()
    assert proxy.requests == []


def test_a_name_that_leads_inside_is_not_asked_of_the_proxy(
    proxy: Proxy, tmp_path: Path, dns: dict[str, list[str]]
) -> None:
    """What this machine resolves to a private address is refused before the proxy hears of it."""
    dns |= {"cdn.vendor.test": ["10.0.0.1"], "blog.example": ["169.254.169.254"]}
    downloader = Downloader(HostRules.parse("*.vendor.test"), 1000, 5)
    with pytest.raises(UnsafeDownload, match="private address"):
        downloader.fetch("https://cdn.vendor.test/a.png")
    downloader.close()
    with pytest.raises(SourceError, match="IMAGES_DOWNLOAD_HOSTS"):
        FeedReader("http://blog.example/", Records(None, tmp_path), "feed").page(1, "http://blog.example/")
    assert proxy.requests == []


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:1080", "ftp://proxy:21", "http://", "http://[::1"])
def test_a_proxy_that_is_none_is_named(proxy: Proxy, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """It is a configuration error, not a vendor's trouble; SOCKS beside proxies for both schemes is never asked."""
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ConfigurationError, match=r"^HTTPS_PROXY: "):
        check_proxies()
    monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    check_proxies()
    bypass_for_this_machine()
    httpx.Client().close()
