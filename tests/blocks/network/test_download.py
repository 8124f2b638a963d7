"""Downloads: which hosts are asked, what is taken from them, and when we have had enough."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from blocks.network.download import Downloader, HostRules
from imaging.errors import ConfigurationError, PredictionEnded, ProviderBusy, UnsafeDownload
from tests.blocks.hosts import FileHost, talker

DEFAULT = "replicate.delivery,*.replicate.delivery"


@contextmanager
def downloader(hosts: str, max_bytes: int = 100_000, timeout: float = 20) -> Iterator[Downloader]:
    made = Downloader(HostRules.parse(hosts), max_bytes, timeout)
    try:
        yield made
    finally:
        made.close()


def fetch(hosts: str, address: str, **limits: Any) -> bytes:
    with downloader(hosts, **limits) as made:
        return made.fetch(address)


@pytest.mark.parametrize(
    ("rules", "address"),
    [
        (DEFAULT, "https://replicate.delivery/xezq/out-0.png"),
        (DEFAULT, "https://replicate.delivery:443/a.png"),
        (DEFAULT, "https://pbxt.replicate.delivery/a.png"),
        (DEFAULT, "https://a.b.replicate.delivery:443/a.png"),
        (DEFAULT, "HTTPS://PBXT.Replicate.Delivery/a.png"),
        (f"{DEFAULT},replicate.delivery:80", "http://replicate.delivery/a.png"),
        (" CDN.Example.com , other.example", "https://cdn.example.com/a.png"),
        ("localhost", "http://localhost:9000/a.png"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000/a.png"),
        ("cdn.example:443", "https://cdn.example/a.png"),
        ("cdn.example:80", "http://cdn.example/a.png"),
        ("[::1]", "http://[::1]:9000/a.png"),
        ("[::1]:9000", "http://[::1]:9000/a.png"),
        ("bücher.example", "https://bücher.example/a.png"),
        ("bücher.example", "https://xn--bcher-kva.example/a.png"),
        ("xn--bcher-kva.example", "https://bücher.example/a.png"),
        ("*.bücher.example", "https://cdn.xn--bcher-kva.example/a.png"),
    ],
)
def test_an_address_by_the_rules_is_allowed(rules: str, address: str) -> None:
    """A host that is listed, however it is spelt, may be asked; over http only where it is listed literally."""
    HostRules.parse(rules).check(httpx.URL(address))


@pytest.mark.parametrize(
    ("rules", "address"),
    [
        (DEFAULT, "https://replicate.delivery.evil.com/a.png"),
        (DEFAULT, "https://evilreplicate.delivery/a.png"),
        (DEFAULT, "https://replicate.delivery./a.png"),
        (DEFAULT, "https://x.replicate.delivery./a.png"),
        (DEFAULT, "https://.evil.com/replicate.delivery"),
        (DEFAULT, "https://evil.com/?.replicate.delivery"),
        (DEFAULT, "https://evil.com#.replicate.delivery"),
        (DEFAULT, "https://pbxt.replicate.delivery@evil.com/a.png"),
        (DEFAULT, "https://user:pass@replicate.delivery/a.png"),
        (DEFAULT, "https://evil.com\\@replicate.delivery/a.png"),
        (DEFAULT, "http://replicate.delivery/a.png"),
        ("replicate.delivery", "http://replicate.delivery/a.png"),
        (DEFAULT, "http://pbxt.replicate.delivery/a.png"),
        (DEFAULT, "https://pbxt.replicate.delivery:8443/a.png"),
        (DEFAULT, "https://pbxt.replicate.delivery:0/a.png"),
        (DEFAULT, "ftp://replicate.delivery/a.png"),
        (DEFAULT, "file:///etc/passwd"),
        (DEFAULT, "data:image/png;base64,AAAA"),
        (DEFAULT, "/xezq/a.png"),
        (DEFAULT, "//replicate.delivery/a.png"),
        (DEFAULT, ""),
        (DEFAULT, "https://127.0.0.1/a.png"),
        (DEFAULT, "https://[::1]/a.png"),
        (DEFAULT, "http://169.254.169.254/latest/meta-data"),
        ("cdn.example:9000", "https://cdn.example/a.png"),
        ("cdn.example:9000", "http://cdn.example:9001/a.png"),
        ("[::1]:9000", "http://[::1]:9001/a.png"),
        ("127.0.0.1", "http://2130706433/a.png"),
        ("*.example.com", "https://example.com/a.png"),
        ("bücher.example", "https://bucher.example/a.png"),
        ("", "https://replicate.delivery/a.png"),
    ],
)
def test_any_other_address_is_refused(rules: str, address: str) -> None:
    """What only looks like a listed host, names a way around it or is no https address is never asked."""
    with pytest.raises(UnsafeDownload):
        fetch(rules, address)


@pytest.mark.parametrize(
    "entry",
    ["https://cdn.example", "cdn.example/path", "*", "*.", "*.*", "a.*.example", "*cdn.example", "user@cdn.example",
     "cdn.example?x", "cdn.example:port", "cdn.example:", "*.cdn.example:8080", "cdn one.example", "::1",
     "[cdn.example]", "%63dn.example", "xn--\u00fc.example"],
)  # fmt: skip
def test_a_rule_that_could_never_match_is_told(entry: str) -> None:
    """A malformed entry of the list is a configuration error that names the variable and the entry."""
    with pytest.raises(ConfigurationError, match="IMAGES_DOWNLOAD_HOSTS") as refused:
        HostRules.parse(f"replicate.delivery, {entry}")
    assert repr(entry) in str(refused.value)


def test_the_bytes_are_returned_and_no_credentials_are_sent(files: FileHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file arrives as it is, asked for without a token, a cookie or what a proxy and a .netrc would add."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    address = files.page("/a.png", bytes(range(256)), set_cookie="session=1")
    with downloader(files.host) as made:
        assert [made.fetch(f"{address}?signature=1") for _ in range(2)] == [bytes(range(256))] * 2
    first = files.requests[0]
    assert (first.method, first.query) == ("GET", {"signature": "1"})
    for call in files.requests:
        assert set(call.headers) == {"host", "accept", "accept-encoding", "user-agent"}


def test_an_ipv6_host_is_fetched_from(files: FileHost) -> None:
    """An address in brackets that is listed literally passes the rules, and only the connection decides."""
    with pytest.raises(ProviderBusy, match="ConnectError"):
        fetch("[::1]:9", "http://[::1]:9/a.png")


@pytest.mark.parametrize("announced", [True, False])
def test_no_more_than_the_limit_is_taken(files: FileHost, announced: bool) -> None:
    """A file of exactly the limit is fine; one byte more is refused, whether or not the host admits it."""
    assert len(fetch(files.host, files.page("/a.png", bytes(1000)), max_bytes=1000)) == 1000
    address = files.page("/b.png", bytes(1001))
    if not announced:
        files.fault("download", "endless")
    with pytest.raises(UnsafeDownload, match="more than 1,000 bytes"):
        fetch(files.host, address, max_bytes=1000)


def test_a_bomb_in_the_transfer_encoding_stays_packed(files: FileHost) -> None:
    """Nothing is unpacked on the way, since a few packed bytes may hold gigabytes."""
    address = files.page("/a.png", b"\x1f\x8b packed", content_encoding="gzip")
    assert fetch(files.host, address) == b"\x1f\x8b packed"
    assert files.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_rules_is_followed(files: FileHost, status: int) -> None:
    """Relative and absolute redirects to allowed hosts end in the picture."""
    files.page("/c.png", b"picture")
    files.page("/b.png", status=status, location="c.png")
    address = files.page("/a.png", status=status, location=f"{files.base_url}/b.png")
    assert fetch(files.host, address) == b"picture"


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest/meta-data", "https://evil.com/a.png", "//evil.com/a.png", "file:///etc/passwd",
     "http://user:pass@{host}/a.png", "http://localhost:{port}/secret", "http://["],
)  # fmt: skip
def test_a_redirect_to_elsewhere_is_refused(files: FileHost, location: str) -> None:
    """Each step is checked like the first: an allowed host cannot send us to one that is not."""
    files.page("/secret", b"secret")
    there = location.replace("{host}", files.host).replace("{port}", files.host.partition(":")[2])
    with pytest.raises(UnsafeDownload):
        fetch(files.host, files.page("/a.png", status=302, location=there))
    assert [call.path for call in files.requests] == ["/a.png"]


def test_a_malformed_redirect_leads_nowhere(files: FileHost) -> None:
    """An address that cannot be read is not guessed at."""
    address = files.page("/a.png", status=302, location=f"{files.base_url}\\.evil.com/b.png")
    with pytest.raises(UnsafeDownload, match="not an address"):
        fetch(files.host, address)
    assert len(files.requests) == 1


def test_five_redirects_are_followed_and_not_six(files: FileHost) -> None:
    """A chain of five ends in the picture, a longer one and a loop are refused."""
    address = files.page("/a.png", b"picture")
    files.fault("download", "redirect", times=5)
    assert fetch(files.host, address) == b"picture"
    for times in (6, None):
        files.requests.clear()
        files.faults.clear()
        files.fault("download", "redirect", times=times)
        with pytest.raises(UnsafeDownload, match="more than 5 redirects"):
            fetch(files.host, address)
        assert len(files.requests) == 6


def test_a_name_that_leads_to_a_private_address_is_refused(files: FileHost) -> None:
    """A host that is allowed by `*.` alone is refused when it resolves to this machine, before a byte is sent."""
    for address in ("https://127.0.0.1/a.png", "https://[::ffff:127.0.0.1]/a.png"):
        with pytest.raises(UnsafeDownload, match=r"resolves to the private address .*127\.0\.0\.1"):
            fetch("*.0.0.1", address)
    with pytest.raises(UnsafeDownload, match=r"127\.1 resolves to the private address 127\.0\.0\.1"):
        fetch("*.1", "https://127.1/a.png")
    assert not files.requests


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
     "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:10.0.0.1",
     "64:ff9b::a00:1", "2002:a00:1::1"],
)  # fmt: skip
def test_every_kind_of_private_address_is_refused(dns: dict[str, list[str]], address: str) -> None:
    """Loopback, private, link-local, multicast and what is translated to them: one such answer is enough."""
    dns["cdn.vendor.test"] = ["1.1.1.1", address]
    with pytest.raises(UnsafeDownload, match="resolves to the private address"):
        fetch("*.vendor.test", "https://cdn.vendor.test/a.png")


@pytest.mark.parametrize("address", ["64:ff9b::101:101", "::ffff:1.1.1.1"])
def test_a_translated_public_address_is_asked(dns: dict[str, list[str]], address: str) -> None:
    """Behind NAT64 every host has such an address: it is as public as the one inside it."""
    dns["cdn.vendor.test"] = [address]
    with pytest.raises(ProviderBusy):
        fetch("*.vendor.test", "https://cdn.vendor.test/a.png", timeout=0.2)


def test_a_host_listed_literally_may_be_private(dns: dict[str, list[str]], files: FileHost) -> None:
    """Who lists a host letter by letter means it, wherever it leads; the name is resolved once."""
    port = files.host.partition(":")[2]
    files.page("/a.png", b"picture")
    dns["cdn.vendor.test"] = ["127.0.0.1"]
    assert fetch("cdn.vendor.test", f"http://cdn.vendor.test:{port}/a.png") == b"picture"
    assert files.requests[0].headers["host"] == f"cdn.vendor.test:{port}"


@pytest.mark.parametrize("rules", [DEFAULT, "replicate.delivery", f"cdn.example,{DEFAULT}"])
def test_a_vendors_own_host_is_never_private(dns: dict[str, list[str]], rules: str) -> None:
    """That it stands in the list by default says nothing of where its name may lead."""
    dns["replicate.delivery"] = ["127.0.0.1"]
    with pytest.raises(UnsafeDownload, match="private address"):
        fetch(rules, "https://replicate.delivery/a.png")


def test_the_next_address_of_a_host_is_tried(dns: dict[str, list[str]], files: FileHost) -> None:
    """Where the first address of a host does not answer, the others are asked."""
    port = files.host.partition(":")[2]
    files.page("/a.png", b"picture")
    dns["cdn.vendor.test"] = ["127.0.0.2", "127.0.0.1"]
    assert fetch("cdn.vendor.test", f"http://cdn.vendor.test:{port}/a.png") == b"picture"


@pytest.mark.parametrize("name", ["nowhere.invalid", f"{'a' * 64}.invalid"])
def test_a_name_that_does_not_resolve_is_passing_trouble(name: str) -> None:
    """DNS that does not answer is worth a retry."""
    with pytest.raises(ProviderBusy, match="ConnectError"):
        fetch("*.invalid", f"https://{name}/a.png")


def test_what_is_gone_is_told_from_what_is_busy(files: FileHost) -> None:
    """403, 404 and 410 mean that the picture is gone; any other status is worth a retry."""
    for status in (403, 404, 410):
        with pytest.raises(PredictionEnded, match=str(status)):
            fetch(files.host, files.page("/a.png", status=status))
    for status in (204, 206, 304, 400, 429, 500, 503):
        with pytest.raises(ProviderBusy, match=str(status)):
            fetch(files.host, files.page("/a.png", status=status))


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


def test_a_redirect_to_a_name_that_leads_home_is_refused(dns: dict[str, list[str]], files: FileHost) -> None:
    """A host that is allowed by `*.` alone may not be private on the second step either."""
    dns["cdn.vendor.test"] = ["127.0.0.1"]
    address = files.page("/a.png", status=302, location="https://cdn.vendor.test/a.png")
    with pytest.raises(UnsafeDownload, match="resolves to the private address"):
        fetch(f"{files.host},*.vendor.test", address)


def test_a_certificate_must_be_for_the_name_and_not_the_address(dns: dict[str, list[str]], tls: ssl.SSLContext) -> None:
    """The pinned address is asked for the host by its name: another host's certificate gets no request at all."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture"
    with talker(answer, tls=tls) as (host, asked):
        port = host.partition(":")[2]
        for name in ("cdn.vendor.test", "other.vendor.test"):
            dns[name] = ["127.0.0.1"]
        with pytest.raises(ProviderBusy, match="ConnectError"):
            fetch("other.vendor.test", f"https://other.vendor.test:{port}/a.png")
        assert not asked
        assert fetch("cdn.vendor.test", f"https://cdn.vendor.test:{port}/a.png") == b"picture"


def test_every_fetch_has_a_deadline_of_its_own(files: FileHost) -> None:
    """One downloader serves many fetches, and the time of the first is not the time of the second."""
    address = files.page("/a.png", b"picture")
    with downloader(files.host, timeout=0.5) as made:
        for _ in range(3):
            assert made.fetch(address) == b"picture"
            files.pause(0.3)


def test_an_error_names_the_host_and_never_the_query(files: FileHost) -> None:
    """A presigned query is a secret: it stands in no message."""
    files.page("/gone.png", status=404)
    for address in (f"{files.base_url}/gone.png?X-Amz-Signature=geheim", "https://evil.com/?X-Amz-Signature=geheim"):
        with pytest.raises((PredictionEnded, UnsafeDownload)) as refused:
            fetch(files.host, address)
        assert "geheim" not in str(refused.value)
