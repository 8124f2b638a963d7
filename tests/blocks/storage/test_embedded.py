"""The embedded storage: plain files, readable while it runs, and no server left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from blocks.storage.bucket import ImageStore
from blocks.storage.embedded import embedded_storage, is_served, shared_storage
from imaging.errors import ConfigurationError
from tests import ROOT

_OWNER = """
import sys, time
from pathlib import Path
from blocks.storage.embedded import embedded_storage
with embedded_storage(Path(sys.argv[1])) as store:
    print("up", flush=True)
    sys.stdin.read()
"""


def put(store: ImageStore, key: str, data: bytes = b"picture") -> None:
    store.put(key, data, "image/png", "no-cache", {})


def owner(folder: Path) -> subprocess.Popen[str]:
    """Another process with the storage of `folder` open; it closes it when its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def servers(folder: Path) -> list[str]:
    """The command lines of all processes that serve `folder`."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "rclone\0serve" in command and str(folder) in command and "/bin/sh" not in command:
            found.append(command.replace("\0", " "))
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it holds, after a while at the latest."""
    for _ in range(300):
        if holds():
            return True
        time.sleep(0.05)
    return False


def reads(url: str, data: bytes) -> bool:
    return httpx.get(url).content == data


def no_servers(folder: Path) -> bool:
    """Whether they have ended, after a while at the latest."""
    return eventually(lambda: not servers(folder))


def test_objects_are_plain_files_that_anyone_here_may_read(tmp_path: Path) -> None:
    """What is put lies below the folder under its key, and its URL answers without a signature."""
    with embedded_storage(tmp_path) as store:
        put(store, "user/milk/hero.png")
        assert (tmp_path / "storage/images/user/milk/hero.png").read_bytes() == b"picture"
        url = store.url("user/milk/hero.png")
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(url).content == b"picture"
        assert httpx.get(store.url("user/none.png")).status_code == 404


def test_nobody_writes_without_the_key(tmp_path: Path) -> None:
    """The open address is for reading; the other one wants a signature."""
    with embedded_storage(tmp_path) as store:
        endpoint = store.bucket.credentials.aws_client_parameters.endpoint_url
        for url in (store.url("user/hero.png"), f"{endpoint}/images/user/hero.png"):
            assert httpx.put(url, content=b"picture").status_code >= 400
        assert httpx.get(f"{store.public_base}/../../storage.json").status_code == 404
        assert store.list("") == {}


def test_the_servers_stop_with_the_context(tmp_path: Path) -> None:
    """Afterwards nothing listens and nothing runs, also when the run ended with an error."""
    with embedded_storage(tmp_path) as store:
        assert len(servers(tmp_path)) == 2
    with pytest.raises(ZeroDivisionError), embedded_storage(tmp_path):
        1 / 0  # noqa: B018
    assert no_servers(tmp_path)
    with pytest.raises(httpx.ConnectError):
        httpx.get(store.public_base)


def test_a_reader_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """A browser in the middle of a picture neither keeps the servers alive nor makes an error."""
    with embedded_storage(tmp_path) as store:
        put(store, "big.png", bytes(30_000_000))
        url = httpx.URL(store.url("big.png"))
        reader = socket.create_connection((url.host, url.port or 80))
        reader.sendall(f"GET {url.path} HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode())
        assert reader.recv(15) == b"HTTP/1.1 200 OK"
    reader.close()
    assert no_servers(tmp_path)


def test_urls_stay_the_same_from_run_to_run(tmp_path: Path) -> None:
    """Ports and keys are those of the first start, and only the owner may read the file they stand in."""
    with embedded_storage(tmp_path) as first:
        put(first, "a.png")
        url = first.url("a.png")
    with embedded_storage(tmp_path) as second:
        assert second.url("a.png") == url
        assert second.get("a.png") == b"picture"
        assert httpx.get(url).content == b"picture"
    assert (tmp_path / "storage.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"s3_port": 1}'])
def test_a_broken_memory_is_made_anew(tmp_path: Path, text: str) -> None:
    """A half-written file of ports and keys is replaced."""
    (tmp_path / "storage.json").write_text(text)
    with embedded_storage(tmp_path) as store:
        put(store, "a.png")
    assert set(json.loads((tmp_path / "storage.json").read_text())) == {"s3_port", "http_port", "key_id", "secret"}


def test_two_at_once_share_the_folder(tmp_path: Path) -> None:
    """A second run has servers of its own over the same files, and each sees in a moment what the other stores."""
    with embedded_storage(tmp_path) as first, embedded_storage(tmp_path) as second:
        assert first.public_base != second.public_base
        put(first, "user/a.png", b"first")
        assert eventually(lambda: second.get("user/a.png") == b"first")
        put(second, "user/a.png", b"again")
        assert eventually(lambda: first.get("user/a.png") == b"again")
        for url in (first.url("user/a.png"), second.url("user/a.png")):
            assert eventually(partial(reads, url, b"again"))


def test_those_that_start_at_the_same_moment_have_servers_of_their_own(tmp_path: Path) -> None:
    """Four that start together never share a server, which would end with the first of them."""
    together = threading.Barrier(4)

    def start(number: int) -> tuple[str, str | None]:
        together.wait()
        store = running.enter_context(embedded_storage(tmp_path))
        put(store, f"{number}.png")
        return store.public_base, store.bucket.credentials.aws_client_parameters.endpoint_url

    with ExitStack() as running, ThreadPoolExecutor(4) as pool:
        addresses = [address for both in pool.map(start, range(4)) for address in both]
        assert len(set(addresses)) == len(servers(tmp_path)) == 8
    assert no_servers(tmp_path)


def test_a_killed_owner_leaves_no_server(tmp_path: Path) -> None:
    """After `kill -9`, which no handler sees, both servers end by themselves, and the next start is as usual."""
    process = owner(tmp_path)
    assert len(servers(tmp_path)) == 2
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert no_servers(tmp_path)
    with embedded_storage(tmp_path) as store:
        put(store, "a.png")


def test_a_folder_that_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    """The message names the variable and the folder."""
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    (tmp_path / "other" / "storage.json").mkdir(parents=True)
    for folder in (in_the_way, in_the_way / "below", tmp_path / "other", Path("/proc/nowhere")):
        with pytest.raises(ConfigurationError, match=r"IMAGES_DATA_DIR: .* cannot be written") as wrong:  # noqa: SIM117
            with embedded_storage(folder):
                pass
        assert str(folder) in str(wrong.value)


def test_a_shared_storage_is_used_by_all(tmp_path: Path) -> None:
    """While one process shares the folder, others use its servers and leave them running; then they have their own."""
    with shared_storage(tmp_path) as (shared, ports):
        with embedded_storage(tmp_path) as store:
            assert store.url("a") == shared.url("a")
            store.put_json("a.json", "{}")
        assert httpx.get(shared.url("a.json")).text == "{}"
        with pytest.raises(ConfigurationError, match="IMAGES_DATA_DIR"), shared_storage(tmp_path):
            pass
        assert is_served(ports.s3)
    assert not is_served(ports.s3)
    with embedded_storage(tmp_path) as store:
        assert httpx.get(store.url("a.json")).text == "{}"
