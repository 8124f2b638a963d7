"""Downloads: which hosts are asked, what is taken from them, and when we have had enough."""

import gzip

import httpx
import pytest

from blocks.network.download import HostRules
from imaging.errors import ConfigurationError, PredictionEnded, ProviderBusy, UnsafeDownload
from tests.blocks.hosts import FileHost, talker
from tests.blocks.network.fetching import DEFAULT, downloader, fetch


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


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/out/a.png?token=geheim", "/out/a.png"),
        ("a.png#geheim", "a.png"),
        ("http:a.png", "http:a.png"),
        ("user:geheim@elsewhere/a.png", "elsewhere/a.png"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("iVBORw0KGgo" * 100, "iVBORw0KGgo" * 5 + "iVBOR…"),
        ("", ""),
    ],
)
def test_what_is_no_complete_address_is_said_to_be_none(address: str, shown: str) -> None:
    """A relative address is no matter of the hosts that are allowed; what is shown of it is short, and no secret."""
    with pytest.raises(UnsafeDownload) as refused:
        fetch("cdn.example", address)
    assert str(refused.value) == f"the picture's address is not complete: {shown!r}"


@pytest.mark.parametrize("announced", [True, False])
def test_no_more_than_the_limit_is_taken(files: FileHost, announced: bool) -> None:
    """A file of exactly the limit is fine; one byte more is refused, whether or not the host admits it."""
    assert len(fetch(files.host, files.page("/a.png", bytes(1000)), max_bytes=1000)) == 1000
    address = files.page("/b.png", bytes(1001))
    if not announced:
        files.fault("download", "endless")
    with pytest.raises(UnsafeDownload, match=r"more than 1,000 bytes \(IMAGES_MAX_BYTES\)"):
        fetch(files.host, address, max_bytes=1000)


def test_what_says_that_it_is_too_long_is_not_read() -> None:
    """A host that announces too much is refused by its headers: nobody waits for the body."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1001\r\n\r\n"
    with talker(head) as (host, _), pytest.raises(UnsafeDownload, match="more than 1,000 bytes"):
        fetch(host, f"http://{host}/a.png", max_bytes=1000, timeout=2)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip"])
def test_a_file_that_comes_packed_is_unpacked(files: FileHost, encoding: str) -> None:
    """A bucket that keeps files as gzip sends them so, unasked: the picture in it was paid for."""
    address = files.page("/a.png", gzip.compress(b"picture"), content_encoding=encoding)
    assert fetch(files.host, address) == b"picture"
    assert files.requests[0].headers["accept-encoding"] == "identity"


def test_a_file_that_is_only_said_to_be_packed_stays_as_it_is(files: FileHost) -> None:
    """A header that is wrong loses no picture."""
    assert fetch(files.host, files.page("/a.png", b"\x89PNG", content_encoding="gzip")) == b"\x89PNG"


def test_a_packed_file_has_the_limit_of_any(files: FileHost) -> None:
    """A few packed bytes may hold gigabytes: no more than the limit is unpacked."""
    address = files.page("/a.png", gzip.compress(bytes(1_000_000)), content_encoding="gzip")
    with pytest.raises(UnsafeDownload, match="more than 1,000 bytes"):
        fetch(files.host, address, max_bytes=1000)


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (gzip.compress(gzip.compress(b"picture")), "gzip, gzip", "not asked for"),
        (b"\x0b\x03\x80", "br", "not asked for"),
        (gzip.compress(bytes(range(256)))[:-20], "gzip", "broke off"),
        (b"\x1f\x8b no such thing", "gzip", "and is not"),
    ],
    ids=["twice", "brotli", "half", "no gzip"],
)
def test_what_cannot_be_unpacked_is_fetched_again(files: FileHost, body: bytes, encoding: str, message: str) -> None:
    """It is no verdict on the picture: the vendor has it, and the next answer may be whole."""
    with pytest.raises(ProviderBusy, match=message):
        fetch(files.host, files.page("/a.png", body, content_encoding=encoding))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_rules_is_followed(files: FileHost, status: int) -> None:
    """Relative and absolute redirects to allowed hosts end in the picture."""
    files.page("/c.png", b"picture")
    files.page("/b.png", status=status, location="c.png")
    address = files.page("/a.png", status=status, location=f"{files.base_url}/b.png")
    assert fetch(files.host, address) == b"picture"


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


def test_what_is_gone_is_told_from_what_is_busy(files: FileHost) -> None:
    """403, 404 and 410 mean that the picture is gone; any other status is worth a retry."""
    for status in (403, 404, 410):
        with pytest.raises(PredictionEnded, match=str(status)):
            fetch(files.host, files.page("/a.png", status=status))
    for status in (204, 206, 304, 400, 429, 500, 503):
        with pytest.raises(ProviderBusy, match=str(status)):
            fetch(files.host, files.page("/a.png", status=status))


def test_an_error_names_the_host_and_never_the_query(files: FileHost) -> None:
    """A presigned query is a secret: it stands in no message."""
    files.page("/gone.png", status=404)
    for address in (f"{files.base_url}/gone.png?X-Amz-Signature=geheim", "https://evil.com/?X-Amz-Signature=geheim"):
        with pytest.raises((PredictionEnded, UnsafeDownload)) as refused:
            fetch(files.host, address)
        assert "geheim" not in str(refused.value)
