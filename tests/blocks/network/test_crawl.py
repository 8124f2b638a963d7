"""Looking at a public address, over real sockets."""

import ssl

from blocks.network.crawl import crawl
from imaging.pages.share_rules import Seen
from tests.blocks.hosts import FileHost, talker


def test_what_is_delivered_is_seen_without_following(files: FileHost) -> None:
    """Status, type, length and the first bytes are told; a redirect is told and not followed."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(1_000_000)
    assert crawl(files.page("/a.png", picture)) == Seen(200, "image/png", len(picture), picture[:64])
    assert crawl(files.page("/b.png", status=302, Location="/a.png")).status == 302


def test_over_tls_the_certificate_counts(dns: dict[str, list[str]], tls: ssl.SSLContext) -> None:
    """A host with the right certificate is seen, one with another's name cannot be reached."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: image/png; x=y\r\nContent-Length: 4\r\n\r\nabcd"
    with talker(answer, answer, tls=tls) as (address, asked):
        port = address.rpartition(":")[2]
        for host in ("cdn.vendor.test", "other.vendor.test"):
            dns[host] = ["127.0.0.1"]
        assert crawl(f"https://cdn.vendor.test:{port}/a.png") == Seen(200, "image/png", 4, b"abcd")
        assert "ConnectError" in str(crawl(f"https://other.vendor.test:{port}/a.png").trouble)
    assert b"authorization" not in asked[0].lower()


def test_nobody_there_is_told() -> None:
    """An address that nobody answers is a trouble, not an error."""
    assert crawl("http://127.0.0.1:9/a.png").trouble == "cannot be reached from here: ConnectError"
    assert crawl("https://[half").trouble
