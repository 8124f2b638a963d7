"""The environment's proxy, with one rule for every client: this machine is never proxied, everything else is.

`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` in either case, as urllib reads them; an entry of `NO_PROXY` may
also be a network (`10.0.0.0/8`). Third-party clients (Prefect's, OpenTelemetry's) read the same variables themselves:
`bypass_for_this_machine` adds this machine to `NO_PROXY` for them.
"""

import ipaddress
import os
from collections.abc import Mapping
from contextlib import suppress
from urllib.request import getproxies_environment, proxy_bypass

import httpx

from imaging.errors import ConfigurationError

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_SCHEMES = {"http", "https"}


def proxy_for(url: httpx.URL) -> httpx.Proxy | None:
    """Return the proxy to use for `url`, None for a direct connection.

    Raises ConfigurationError if the proxy is not an http(s) address.
    """
    proxies = getproxies_environment()
    name = url.scheme if proxies.get(url.scheme) else "all"
    if not proxies.get(name) or is_this_machine(url.host) or _is_excepted(url, proxies):
        return None
    return _proxy(name, proxies[name])


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine by its name, without DNS."""
    address = _address(host)
    if address is None:
        return host.rstrip(".").lower() == "localhost" or host.rstrip(".").lower().endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def check_proxies() -> None:
    """Raise ConfigurationError, naming the variable, for an unusable proxy or an unreadable SSL_CERT_FILE."""
    if (authorities := os.environ.get("SSL_CERT_FILE")) and not os.access(authorities, os.R_OK):
        raise ConfigurationError(f"SSL_CERT_FILE: {authorities} cannot be read")
    proxies = getproxies_environment()
    for name in ("http", "https", "all"):
        # Desktops set ALL_PROXY to SOCKS beside proxies for http and https: then it is never used.
        if proxies.get(name) and not (name == "all" and proxies.get("http") and proxies.get("https")):
            _proxy(name, proxies[name])


def bypass_for_this_machine(api: str = "") -> None:
    """Make every client of this process and its children connect to this machine directly.

    `api`: the address of Prefect's API; its host is added for third-party clients if our rule exempts it.
    """
    os.environ.update(bypassing_variables(os.environ, api))
    proxies = getproxies_environment()
    if proxies.get("http") and proxies.get("https") and proxies.get("all", "").startswith("socks"):
        # httpx fails to start with a SOCKS proxy, even if it would never use it.
        for variable in ("ALL_PROXY", "all_proxy"):
            os.environ.pop(variable, None)


def bypassing_variables(given: Mapping[str, str], api: str = "") -> dict[str, str]:
    """Return the variables to add to `given` for that; none without a proxy."""
    if not any(name.lower() in {"http_proxy", "https_proxy", "all_proxy"} and given[name] for name in given):
        return {}
    listed = given.get("no_proxy") or given.get("NO_PROXY") or ""
    entries = [entry for part in listed.split(",") if (entry := part.strip())]
    if "*" in entries:
        return {"no_proxy": "*", "NO_PROXY": "*"}  # the only spelling that every client understands as all
    with suppress(httpx.InvalidURL):
        url = httpx.URL(api)
        if url.host and (is_this_machine(url.host) or _is_excepted(url, {"no": listed})):
            entries.append(url.host)
    value = ",".join(dict.fromkeys([*entries, *_THIS_MACHINE]))
    return {"no_proxy": value, "NO_PROXY": value}


def _is_excepted(url: httpx.URL, proxies: Mapping[str, str]) -> bool:
    listed = [part.strip() for part in proxies.get("no", "").split(",")]
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    if "*" in listed or proxy_bypass(f"{url.host}:{port}", {"no": proxies.get("no", "")}):
        return True
    address = _address(url.host)
    return address is not None and any(address in network for part in listed if (network := _network(part)))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


def _proxy(name: str, text: str) -> httpx.Proxy:
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
        if url.scheme in _SCHEMES and url.host:
            return httpx.Proxy(url)
    except (httpx.InvalidURL, ValueError):
        pass
    raise ConfigurationError(f"{name.upper()}_PROXY: must be the address of an http(s) proxy, like http://proxy:3128")
