"""Everything that a setup, good, degraded and refused runs and a doctor write, at DEBUG, with marked secrets."""

import base64
import fcntl
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocks.network.ports import free_port
from blocks.storage.embedded import BUCKET, embedded_storage
from tests import forking
from tests.blocks.hosts import FileHost
from tests.conftest import copy_database
from tests.standins import ChutesStandin, ReplicateStandin
from tests.standins.collector import Collector
from tests.standins.pictures import picture

TOKEN = f"r8_Hunter2Token{secrets.token_hex(8)}"
CHUTES_KEY = f"cpk_Hunter2Key{secrets.token_hex(8)}"
B2_KEY = f"K003Hunter2Application{secrets.token_hex(8)}"
QUERY = f"Hunter2Signature{secrets.token_hex(8)}"
LOUD = {
    "IMAGES_LOG": "DEBUG",
    "PREFECT_LOGGING_TO_API_ENABLED": "true",
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "DEBUG",
    "PREFECT_SERVER_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "replicate,blocks,tasks,flows,imaging",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


@dataclass(frozen=True)
class Written:
    """Everything that was written, by where it lies: files, streams, the database's rows by table and its raw bytes."""

    by_place: Mapping[str, bytes]
    codes: Mapping[str, int]

    def places_with(self, marker: str) -> list[str]:
        """Where the marker lies in clear, in base64 or in hexadecimal digits."""
        forms = [marker.encode(), marker.encode().hex().encode(), *_base64_forms(marker)]
        return [place for place, data in self.by_place.items() if any(form in data for form in forms)]


def _base64_forms(marker: str) -> Iterator[bytes]:
    """What base64 makes of the marker at each of its three offsets, without the ends that depend on neighbours."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + marker.encode())
        yield encoded[4:-4]


@dataclass(frozen=True)
class Stage:
    """The folders and variables of all runs."""

    root: Path
    variables: Mapping[str, str]
    streams: dict[str, bytes]
    codes: dict[str, int]

    def run(self, name: str, *arguments: str, stdin: str = "") -> None:
        """Run the console script in a process of its own, and keep what it printed. `good` starts from nothing."""
        python = sys.executable if name == "good" else forking.python()
        script = Path(sysconfig.get_path("scripts")) / "article-images"
        done = subprocess.run(
            [python, str(script), *arguments],
            env=os.environ | self.variables, cwd=self.root / "cwd", input=stdin.encode(), capture_output=True,
            timeout=280, check=False,
        )  # fmt: skip
        self.streams.update({f"{name}.stdout": done.stdout, f"{name}.stderr": done.stderr})
        self.codes[name] = done.returncode

    def article(self, topic: str) -> str:
        return json.dumps({"topic": topic, "language": "en"})


def _bucket_keys(folder: Path) -> Mapping[str, str]:
    """Write the keys and ports of the server that plays the bucket, with the marked key, and return them."""
    known = {"s3_port": str(free_port()), "http_port": str(free_port()), "key_id": "003keyid", "secret": B2_KEY}
    folder.mkdir()
    (folder / "storage.json").write_text(json.dumps(known))
    return known


def _good(stage: Stage, replicate: ReplicateStandin, files: FileHost) -> None:
    """All goes well; every output is a presigned address, behind a redirect to another one."""
    made = files.page("/hero.png", picture("secrets", 1376, 768, "png"))
    location = f"{made}?X-Amz-Algorithm=AWS4&X-Amz-Signature={QUERY}"
    hop = files.page("/hop", status=302, location=location) + f"?X-Amz-Signature={QUERY}"
    replicate.fault("create", "output", times=None, output=[hop])
    stage.run("good", "run", "-", "--json", *_only("hero", "comparison", "card"), stdin=stage.article("Good milk"))
    replicate.faults.clear()


def _only(*kinds: str) -> list[str]:
    """Nothing is gained from a second picture that takes the same way."""
    return [word for kind in kinds for word in ("--only", kind)]


def _degraded(stage: Stage, replicate: ReplicateStandin, chutes: ChutesStandin, address: str) -> None:
    """The bucket is gone, and each vendor repeats our secrets and a presigned address in its errors."""
    echo = f"denied for Bearer {TOKEN}: {address}"
    replicate.fault("create", 422, detail=echo, match=lambda call: "ultra" in str(call.model))
    replicate.fault("create", "failed", error=echo, match=lambda call: call.input.get("aspect_ratio") == "9:16")
    replicate.fault("create", "output", times=None, output=[address])
    chutes.fault("generate", 402, detail=f"no balance on {CHUTES_KEY}: {address}")
    chutes.fault("generate", "html")
    stage.run("degraded", "run", "-", *_only("hero", "comparison", "social"), stdin=stage.article("Sour milk"))
    replicate.faults.clear()
    chutes.faults.clear()


def _refused(stage: Stage, replicate: ReplicateStandin) -> None:
    """The token is refused, in words that repeat it, to a run and to the doctor."""
    for where in ("list", "account"):
        replicate.fault(where, 401, times=None, detail=f"{TOKEN} is not a token")
    with ThreadPoolExecutor() as pool:
        pool.submit(stage.run, "refused", "run", "-", *_only("hero"), stdin=stage.article("No milk"))
        pool.submit(stage.run, "doctor", "doctor")


def _database(home: Path) -> Iterator[tuple[str, bytes]]:
    """The rows of every table as text, since what is long lies in pieces in the file."""
    with sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = database.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - the names come from itself
            yield f"table {table}", "\n".join(str(row) for row in rows).encode(errors="replace")
    database.close()


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in root.rglob("*"):
        if path.is_file() and path != root / "bucket" / "storage.json":  # the vendor's own copy of its key
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _wait_until_gone(pid: int) -> None:
    for _ in range(300):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, prefect_tables: Path) -> Written:
    """Everything that a setup, good, degraded and refused runs and a doctor wrote, at DEBUG, with marked secrets."""
    root = tmp_path_factory.mktemp("secrets")
    for folder in ("home", "cwd", "tmp"):
        (root / folder).mkdir()
    copy_database(prefect_tables, root / "home" / "prefect.db")
    known = _bucket_keys(root / "bucket")
    with (
        ReplicateStandin(token=TOKEN) as replicate,
        ChutesStandin(api_key=CHUTES_KEY) as chutes,
        FileHost() as files,
        Collector() as collector,
        open(root / "home" / "article-images-server.lock", "a") as users,
    ):
        fcntl.flock(users, fcntl.LOCK_SH)  # the server stays for as long as we hold this, and then leaves at once
        png = picture("secrets", 256, 256, "png")
        address = files.page("/out.png", png) + f"?X-Amz-Algorithm=AWS4&X-Amz-Signature={QUERY}"
        variables = {
            **LOUD, **replicate.environment(), **chutes.environment(), "REPLICATE_POLL_INTERVAL": "0.05",
            "PREFECT_HOME": str(root / "home"), "TMPDIR": str(root / "tmp"), "IMAGES_DATA_DIR": str(root / "data"),
            "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",  # takes seconds, and no secret of ours is in them
            "IMAGES_SERVER_LINGER": "0", "IMAGES_DOWNLOAD_HOSTS": files.host,
            "B2_ENDPOINT": f"http://127.0.0.1:{known['s3_port']}", "B2_KEY_ID": known["key_id"],
            "B2_APPLICATION_KEY": B2_KEY, "B2_BUCKET_NAME": BUCKET, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        }  # fmt: skip
        stage = Stage(root, variables, {}, {})
        with embedded_storage(root / "bucket"):
            stage.run("setup", "setup")
            _good(stage, replicate, files)
        _degraded(stage, replicate, chutes, address)
        _refused(stage, replicate)
        raw = {name: (root / "home" / name).read_bytes() for name in ("prefect.db", "prefect.db-wal")}
        pid = json.loads((root / "home" / "article-images-server.json").read_text())["pid"]
    _wait_until_gone(pid)
    raw["collector"] = collector.received
    everything = raw | dict(_files(root)) | dict(_database(root / "home")) | stage.streams
    return Written(everything, stage.codes)
