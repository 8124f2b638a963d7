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


DEFAULT_HOSTS = "replicate.delivery,*.replicate.delivery"
"""Where the vendors' pictures lie. Naming one of these hosts is no licence for plain http or private addresses."""
_PUBLIC_HOSTS = frozenset(DEFAULT_HOSTS.split(","))


@dataclass(frozen=True, slots=True)
class HostRules:
    """Which hosts may be asked: `host`, `*.host` or `host:port`.

    Only a host that is listed literally may be plain http or a private address; `*.host`, a vendor's own host and
    redirects to elsewhere may not, or a vendor's answer could make us read what only this machine can reach.

    `plain`: may be asked by http too. `private`: may be private addresses. `exact`, `suffixes`: https, and public.
    """

    plain: frozenset[str]
    private: frozenset[str]
    suffixes: tuple[str, ...] = ()
    exact: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "HostRules":
        """Read the comma-separated list of `IMAGES_DOWNLOAD_HOSTS`. Raises ConfigurationError."""
        entries = frozenset(_on_the_wire(entry.strip().lower()) for entry in text.split(",") if entry.strip())
        suffixes = frozenset(entry for entry in entries if entry.startswith("*."))
        exact = entries & _PUBLIC_HOSTS - suffixes
        literal = entries - suffixes - exact
        return cls(literal, literal, tuple(entry[1:] for entry in sorted(suffixes)), exact)

    @property
    def listed(self) -> frozenset[str]:
        """The hosts that are named, not those that a wildcard covers."""
        return self.plain | self.exact

    def may_be_private(self, host: str, port: int | None) -> bool:
        """Tell whether the host (in ASCII), on this port, may lead to a private address."""
        return _is_in(self.private, host, port)

    def allows(self, address: str) -> bool:
        """Tell whether pictures may be fetched from an address."""
        try:
            self.check(httpx.URL(address))
        except UnsafeDownload:
            return False
        return True

    def check(self, url: httpx.URL) -> None:
        """Raise UnsafeDownload for an address that pictures may not be fetched from."""
        if url.userinfo:
            raise UnsafeDownload(f"the address at {url.host} carries credentials")
        host, port = host_and_port(url)
        if _is_in(self.plain, host, port):
            if url.scheme in {"http", "https"}:
                return
        elif url.scheme == "https" and url.port is None and (host in self.exact or host.endswith(self.suffixes)):
            return
        raise UnsafeDownload(
            f"{url.scheme}://{url.netloc.decode()} is not allowed by IMAGES_DOWNLOAD_HOSTS"
            " (https only, save for hosts listed literally)"
        )


def host_and_port(url: httpx.URL) -> tuple[str, int | None]:
    """Return the host as it goes over the wire (ASCII), and the port, by the scheme where none is written."""
    return url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}.get(url.scheme)


def entry_of(host: str, port: int | None) -> str:
    """Return the entry of a list that names exactly this host and port."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_address(host: str) -> bool:
    """Tell whether a host is an address itself, or `localhost`: no answer of a DNS server changes where it leads."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _is_in(entries: frozenset[str], host: str, port: int | None) -> bool:
    """Tell whether the host, or the host with this port, is in the list letter by letter."""
    named = entry_of(host, port)
    return not {named, named.removesuffix(f":{port}")}.isdisjoint(entries)


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
