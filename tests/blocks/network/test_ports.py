"""Ports for servers that start a moment later: none that an outgoing connection could be given meanwhile."""

import socket
from pathlib import Path

import pytest

from blocks.network import ports
from blocks.network.ports import free_port, is_free


def dynamic(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A system with this range for outgoing connections."""
    (folder / "range").write_text(text)
    monkeypatch.setattr(ports, "_LINUX", folder / "range")


def test_a_port_lies_below_those_of_outgoing_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chosen port is free and of no use to outgoing connections, so that it is still free when its server starts."""
    dynamic(tmp_path, monkeypatch, "20000\t60999\n")
    chosen = [free_port() for _ in range(200)]
    assert all(10_000 <= port < 20_000 and is_free(port) for port in chosen)
    assert len(set(chosen)) > 100


def test_without_the_range_of_linux_the_standard_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On other systems the dynamic ports are those of RFC 6335."""
    monkeypatch.setattr(ports, "_LINUX", tmp_path / "none")
    assert all(10_000 <= free_port() < 49_152 for _ in range(50))


@pytest.mark.parametrize("text", ["1024\t65535\n", "10000 60999"])
def test_where_outgoing_connections_may_have_all_the_system_chooses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A machine that is set for many connections leaves no other port: any that is free is taken."""
    dynamic(tmp_path, monkeypatch, text)
    assert is_free(free_port())


def test_a_port_that_somebody_listens_on_is_not_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten ports, nine of them taken, the free one is returned; where all are taken, one of the others."""
    first = next(n for n in range(12_000, 13_000) if all(is_free(n + i) for i in range(10)))
    monkeypatch.setattr(ports, "_LOWEST", first)
    dynamic(tmp_path, monkeypatch, f"{first + 10} 60999")
    listening = [socket.create_server(("127.0.0.1", first + i)) for i in range(9)]
    assert free_port() == first + 9
    listening.append(socket.create_server(("127.0.0.1", first + 9)))
    assert free_port() not in range(first, first + 10)
    for one in listening:
        one.close()
