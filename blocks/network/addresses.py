"""Rules for hosts that pictures may be fetched from, and detection of private addresses."""

import ipaddress
import re
from dataclasses import dataclass

import httpx

from imaging.errors import ConfigurationError, UnsafeDownload

_ENTRY = re.compile(r"\*\.[\w.-]+|(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # the only unicast range in use (RFC 4291, section 2.4)
# Special-purpose networks of the IANA registries that not every version of Python knows: protocol assignments, the
# anycast address and prefix of 6to4 (deprecated by RFC 7526), documentation.
_SPECIAL_V4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_SPECIAL_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2002::/16", "3fff::/20")))


DEFAULT_HOSTS = "replicate.delivery,*.replicate.delivery,fal.media,*.fal.media"
"""The hosts of the vendors' pictures. Listing one of these does not allow plain http or private addresses."""
_VENDORS = {"replicate.delivery": "replicate", "fal.media": "fal"}
_PUBLIC_HOSTS = frozenset(DEFAULT_HOSTS.split(","))


def vendor_at(address: str) -> str | None:
    """Return the vendor whose pictures have such addresses: `replicate` or `fal`; None for any other."""
    try:
        domain = ".".join(httpx.URL(address).host.lower().rsplit(".", 2)[-2:])
    except (httpx.InvalidURL, ValueError):
        return None
    return _VENDORS.get(domain)


def default_entries(address: str) -> str:
    """Return those of the default hosts that belong to the vendor whose pictures have such addresses."""
    domain = ".".join(httpx.URL(address).host.rsplit(".", 2)[-2:])
    return ",".join(entry for entry in DEFAULT_HOSTS.split(",") if entry.removeprefix("*.") == domain)


@dataclass(frozen=True, slots=True)
class HostRules:
    """The hosts that may be fetched from: `host`, `*.host` or `host:port`.

    Only a host that is listed literally may use plain http or a private address; `*.host`, a vendor's own host and
    redirects elsewhere may not, as a vendor's answer could otherwise reach services of the local network (SSRF).

    `plain`: http is allowed too. `private`: private addresses are allowed. `exact`, `suffixes`: https and public only.
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
        """The hosts that are listed by name, without those of a wildcard."""
        return self.plain | self.exact

    def may_be_private(self, host: str, port: int | None) -> bool:
        """Return whether the host (in ASCII), on this port, may resolve to a private address."""
        return _is_in(self.private, host, port)

    def allows(self, address: str) -> bool:
        """Return whether pictures may be fetched from an address."""
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
    """Return the host in ASCII (punycode), and the port, by default the scheme's."""
    return url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}.get(url.scheme)


def entry_of(host: str, port: int | None) -> str:
    """Return the list entry for exactly this host and port."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_address(host: str) -> bool:
    """Return whether a host is an IP address or `localhost`, so that DNS cannot change where it leads."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _is_in(entries: frozenset[str], host: str, port: int | None) -> bool:
    """Return whether the host, or the host with this port, is literally in the list."""
    named = entry_of(host, port)
    return not {named, named.removesuffix(f":{port}")}.isdisjoint(entries)


def _on_the_wire(entry: str) -> str:
    """Return a list entry in ASCII: `bücher.example` as `xn--bcher-kva.example`."""
    host = entry.removeprefix("*.")
    try:
        if _ENTRY.fullmatch(entry):
            return entry.removesuffix(host) + httpx.URL(f"//{host}").netloc.decode("ascii")
    except httpx.InvalidURL:
        pass
    raise ConfigurationError(f"IMAGES_DOWNLOAD_HOSTS: {entry!r} must be a host, *.host or host:port, without a scheme")


def is_public(text: str) -> bool:
    """Return whether an IP address is public, and not one of this machine or its networks."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # An IPv6 address that embeds an IPv4 address is judged by that.
        translated = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        inner = address.ipv4_mapped or translated
        if inner is None:
            special = any(address in network for network in _SPECIAL_V6)
            return address in _GLOBAL_UNICAST and address.is_global and not special
        address = inner
    return address.is_global and not (address.is_multicast or any(address in network for network in _SPECIAL_V4))
