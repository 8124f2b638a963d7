"""Addresses: which of them belong to the internet at large."""

import pytest

from blocks.network.addresses import is_public


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "2a00:1450:4001::200e", "64:ff9b::101:101"])
def test_the_internet_at_large_is_public(address: str) -> None:
    """What was given out to someone, also by way of NAT64, may be asked."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::7f00:1",
     "2002:7f00:1::", "2002:101:101::", "2001::1", "2001:db8::1", "3fff::1", "4000::1", "5f00::1", "100::1", "::2",
     "fe80::1%eth0", "192.0.0.8", "192.88.99.1", "198.18.0.1", "192.0.2.1", "240.0.0.1", "0.1.2.3"],
)  # fmt: skip
def test_every_other_form_is_private(address: str) -> None:
    """IPv4 inside of IPv6, tunnels, examples, tests and what was never given out lead nowhere we want to ask."""
    assert not is_public(address)
