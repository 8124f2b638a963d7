"""Ports of this machine for servers that start a moment later."""

import random
import socket
from pathlib import Path

_HOST = "127.0.0.1"
_LOWEST = 10_000  # well-known services lie below
_DRAWS = 50
_LINUX = Path("/proc/sys/net/ipv4/ip_local_port_range")
_ELSEWHERE = 49_152  # where the dynamic ports begin: RFC 6335, section 6


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses and that the system gives to no outgoing connection.

    What the system chooses by itself (a bind to port 0) is of the range for outgoing connections: one of those may take
    it before the server does, or on another day, when the server is to start at the same address again. The choice is
    left to the system only where that range leaves nothing, as on machines set for many connections.
    """
    others = range(_LOWEST, max(_LOWEST, _first_dynamic_port()))
    for port in random.sample(others, k=min(_DRAWS, len(others))):
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Return whether a server may listen on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # of a server that has just ended
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def _first_dynamic_port() -> int:
    try:
        return int(_LINUX.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return _ELSEWHERE
