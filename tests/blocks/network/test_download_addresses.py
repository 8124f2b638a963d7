"""Downloads go to public addresses alone: names, redirects and certificates that lead elsewhere."""

import ssl

import pytest

from imaging.errors import ProviderBusy, UnsafeDownload
from tests.blocks.hosts import FileHost, talker
from tests.blocks.network.fetching import DEFAULT, fetch


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
