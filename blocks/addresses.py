"""Which hosts pictures may be fetched from, and which addresses belong to the internet at large."""

import ipaddress
import re
from dataclasses import dataclass

import httpx

from imaging.errors import ConfigurationError, UnsafeDownload

_ENTRY = re.compile(r"\*\.[\w.-]+|(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all that was ever given out (RFC 4291, section 2.4)
# For special uses (the IANA registries), and not told by every Python: protocol assignments, the anycast address and
# the prefix of 6to4, which is given up (RFC 7526), examples.
_SPECIAL_V4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_SPECIAL_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2002::/16", "3fff::/20")))


@dataclass(frozen=True, slots=True)
class HostRules:
    """Which hosts may be asked: `host`, `*.host` or `host:port`.

    Only a host that is listed literally may be plain http or a private address; `*.host` and redirects to
    elsewhere may not, or a vendor's answer could make us read what only this machine can reach.
    """

    literal: frozenset[str]
    suffixes: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "HostRules":
        """Read the comma-separated list of `IMAGES_DOWNLOAD_HOSTS`. Raises ConfigurationError."""
        entries = [_on_the_wire(entry.strip().lower()) for entry in text.split(",") if entry.strip()]
        return cls(
            literal=frozenset(entry for entry in entries if not entry.startswith("*.")),
            suffixes=tuple(entry[1:] for entry in entries if entry.startswith("*.")),
        )

    def is_literal(self, host: str, port: int | None) -> bool:
        """Tell whether the host (in ASCII), or the host with this port, stands in the list letter by letter."""
        name = f"[{host}]" if ":" in host else host
        return not {name, f"{name}:{port}"}.isdisjoint(self.literal)

    def check(self, url: httpx.URL) -> None:
        """Raise UnsafeDownload for an address that pictures may not be fetched from."""
        if url.userinfo:
            raise UnsafeDownload(f"the address at {url.host} carries credentials")
        host, port = url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}.get(url.scheme)
        if self.is_literal(host, port):
            if url.scheme in {"http", "https"}:
                return
        elif url.scheme == "https" and url.port is None and host.endswith(self.suffixes):
            return
        raise UnsafeDownload(
            f"{url.scheme}://{url.netloc.decode()} is not allowed by IMAGES_DOWNLOAD_HOSTS"
            " (https only, save for hosts listed literally)"
        )


def _on_the_wire(entry: str) -> str:
    """Return an entry of the list as addresses spell it: `bücher.example` is `xn--bcher-kva.example`."""
    host = entry.removeprefix("*.")
    try:
        if _ENTRY.fullmatch(entry):
            return entry.removesuffix(host) + httpx.URL(f"//{host}").netloc.decode("ascii")
    except httpx.InvalidURL:
        pass
    raise ConfigurationError(f"IMAGES_DOWNLOAD_HOSTS: {entry!r} must be a host, *.host or host:port, without a scheme")


def is_public(text: str) -> bool:
    """Tell whether an address belongs to the internet at large, and not to this machine or its networks."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # What leads to an IPv4 address is as private as that.
        translated = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        inner = address.ipv4_mapped or translated
        if inner is None:
            special = any(address in network for network in _SPECIAL_V6)
            return address in _GLOBAL_UNICAST and address.is_global and not special
        address = inner
    return address.is_global and not (address.is_multicast or any(address in network for network in _SPECIAL_V4))
