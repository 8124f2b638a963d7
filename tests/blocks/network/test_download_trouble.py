"""Downloads that break off, take too long or lie about their length."""

import socket
import threading
from typing import Any

import pytest

from imaging.errors import ProviderBusy
from tests.blocks.hosts import FileHost, talker
from tests.blocks.network.fetching import downloader, fetch


@pytest.mark.parametrize("kind", ["reset_before", "truncated"])
def test_a_broken_connection_is_passing_trouble(files: FileHost, kind: str) -> None:
    """A reset and a body that is shorter than promised are noticed, and worth a retry."""
    address = files.page("/a.png", bytes(5000))
    files.fault("download", kind)
    with downloader(files.host) as made:
        with pytest.raises(ProviderBusy, match="broke off"):
            made.fetch(address)
        assert len(made.fetch(address)) == 5000


@pytest.mark.parametrize(("kind", "options"), [("stall", {}), ("slow", {"bytes": 1}), ("endless", {})])
def test_the_whole_of_a_download_has_a_deadline(files: FileHost, kind: str, options: dict[str, Any]) -> None:
    """Silence, a drip and a body without end are given up when the time for the whole is over."""
    address = files.page("/a.png", bytes(5000))
    files.fault("download", kind, **options)
    with pytest.raises(ProviderBusy, match=r"took longer than 0\.3 s"):
        fetch(files.host, address, timeout=0.3, max_bytes=10**12)


def test_the_deadline_holds_for_dripping_headers() -> None:
    """A host that never finishes its first line cannot hold us either."""
    with (
        talker(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000, pause=0.05) as (host, _),
        pytest.raises(ProviderBusy, match=r"took longer than 0\.4 s"),
    ):
        fetch(host, f"http://{host}/a.png", timeout=0.4)


def test_the_deadline_holds_for_names_that_are_slow_to_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver has times of its own, and is not waited for beyond ours."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(60) and [])
    with pytest.raises(ProviderBusy, match=r"took longer than 0\.3 s"):
        fetch("cdn.vendor.test", "https://cdn.vendor.test/a.png", timeout=0.3)
    over.set()


def test_what_a_host_sends_beyond_its_announced_length_is_no_answer() -> None:
    """A hidden second answer behind a file is not taken for the next file."""
    smuggled = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body for body in (b"good" + smuggled, b"true")]
    with talker(*answers) as (host, asked), downloader(host) as made:
        assert [made.fetch(f"http://{host}/{name}") for name in "ab"] == [b"good", b"true"]
    assert len(asked) == 2


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 9\r\n\r\nshort", b"Content-Length: 5\r\nContent-Length: 4\r\n\r\nshort",
     b"Content-Length: -5\r\n\r\nshort", b"Content-Length: 5, 6\r\n\r\nshort",
     b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
     b"X: " + b"x" * 200_000],
)  # fmt: skip
def test_a_length_that_lies_is_noticed(head: bytes) -> None:
    """Fewer bytes than announced, lengths that contradict each other and heads without end are broken downloads."""
    with talker(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + head) as (host, _), pytest.raises(ProviderBusy):
        fetch(host, f"http://{host}/a.png")


def test_every_fetch_has_a_deadline_of_its_own(files: FileHost) -> None:
    """One downloader serves many fetches, and the time of the first is not the time of the second."""
    address = files.page("/a.png", b"picture")
    with downloader(files.host, timeout=0.5) as made:
        for _ in range(3):
            assert made.fetch(address) == b"picture"
            files.pause(0.3)
