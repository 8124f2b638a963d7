"""One row's world: vendors, bucket and gates of its own, and the console script run in it as a process."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import forking
from tests.blocks.hosts import FileHost
from tests.reliability.harness.gate import Gate
from tests.reliability.harness.process import CONFIGURING, Finished, clean_environment, parsed
from tests.reliability.harness.s3_proxy import S3Proxy
from tests.reliability.harness.vendors import WatchedChutes, WatchedFal, WatchedReplicate
from tests.standins import Prediction
from tests.unmarked import unmarked

ARTICLE = {"topic": "Kaffee richtig lagern", "language": "de", "excerpt": "Warum Kaffee Luft und Licht nicht mag."}
KINDS = {"hero": 1, "comparison": 2, "card": 2, "social": 2}
"""The planned pictures of ARTICLE by kind: it has no sections, so no supporting ones."""
MARK = "ARTICLE_IMAGES_RELIABILITY"
"""A variable by which the children of a run are told from every other process of the machine."""
_STARTING = threading.Lock()  # two embedded servers that start at once could take the same free port


@dataclass
class World:
    """Everything that a row breaks, and the variables that point the product at it."""

    folder: Path
    replicate: WatchedReplicate
    chutes: WatchedChutes
    fal: WatchedFal
    host: FileHost
    """A host of old pictures, for `migrate`."""
    s3: S3Proxy
    s3_gate: Gate
    prefect_gate: Gate
    environment: dict[str, str]
    bucket: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    undo: list[Any] = field(default_factory=list)
    """What `lift` calls beside mending vendors and gates."""

    @property
    def data(self) -> Path:
        """`IMAGES_DATA_DIR`."""
        return Path(self.environment["IMAGES_DATA_DIR"])

    def order_at_fal(self) -> None:
        """From now on runs know an account at fal.ai, which makes the hero."""
        model = {"provider": "fal", "name": "fal-ai/flux-pro/v1.1-ultra", "params": {"output_format": "png"}}
        self.environment |= self.fal.environment() | {"IMAGES_MODELS": json.dumps({"hero": model})}

    @property
    def orders(self) -> list[Prediction]:
        """What was ordered from the vendors that keep orders, and so paid for."""
        return [*self.replicate.paid, *self.fal.paid]

    def lift(self) -> None:
        """From now on all is well; a stuck prediction goes on."""
        for part in (self.replicate, self.replicate.cdn, self.chutes, self.fal, self.fal.cdn, self.host):
            part.faults.clear()
        self.replicate.on_create = self.chutes.on_paid = None
        self.s3.mend()
        self.s3_gate.open()
        self.prefect_gate.open()
        while self.undo:
            self.undo.pop()()

    def objects(self) -> dict[str, Path]:
        """The bucket's objects that belong to tenants, by key."""
        files = [path for path in self.bucket.rglob("*") if path.is_file()]
        keys = {path.relative_to(self.bucket).as_posix(): path for path in files}
        return {key: path for key, path in keys.items() if not key.startswith("_")}

    def hashes(self) -> set[str]:
        """The SHA-256 of every object of a tenant, pictures as the vendor delivered them."""
        return {hashlib.sha256(unmarked(path.read_bytes())).hexdigest() for path in self.objects().values()}

    def start(self, *arguments: str, python: str = sys.executable) -> "subprocess.Popen[str]":
        """Start the console script; its output goes to files, so that no pipe can fill up."""
        script = Path(sysconfig.get_path("scripts")) / "article-images"
        with (self.folder / "stdout").open("w") as out, (self.folder / "stderr").open("w") as err:
            return subprocess.Popen(
                [python, str(script), *arguments],
                env=self.environment | {MARK: self.mark},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                text=True,
            )

    def run_arguments(self, only: str = "") -> list[str]:
        """The arguments of a run of ARTICLE, or of some kinds of it."""
        path = self.folder / "article.json"
        path.write_text(json.dumps(ARTICLE))
        return ["run", str(path), "--json", "--user-id", self.tenant, *(["--only", only] if only else [])]

    @property
    def tenant(self) -> str:
        """Of its own, so that rows which share a Prefect server do not share budgets or locks."""
        return f"row-{self.mark[:12]}"

    def finish(self, process: "subprocess.Popen[str]", seconds: float, began: float) -> Finished:
        """Wait for the script, `seconds` at most, and read what it said."""
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
        took = time.monotonic() - began
        return Finished(code, took, parsed(self.folder / "stdout"), (self.folder / "stderr").read_text())

    def call(self, *arguments: str, seconds: float = 150) -> Finished:
        """Run the console script to its end, in a process that is forked."""
        python = forking.python()
        began = time.monotonic()
        return self.finish(self.start(*arguments, python=python), seconds, began)

    def leftovers(self) -> list[int]:
        """The processes that our runs have started and that still live."""
        wanted = f"{MARK}={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:  # ended meanwhile, or not ours to read
                continue
        return found


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """One local Prefect server for a whole table. Called before anything of Prefect is imported."""
    for name in [name for name in os.environ if name.startswith(CONFIGURING)]:
        del os.environ[name]
    os.environ["PREFECT_HOME"] = str(home)
    from flows.local_stack.local_server import local_api

    with local_api(home, linger=0) as url:
        yield url


@contextmanager
def open_world(
    folder: Path,
    prefect_api: str,
    *,
    delay: float = 0.0,
    embedded: bool = False,
    variables: Mapping[str, str] | None = None,
) -> Iterator[World]:
    """A world in `folder`; `delay` is the seconds that vendors take.

    `embedded`: no bucket is configured, so that the run brings its own server and has children to leave behind.
    """
    from blocks.storage.embedded import BUCKET, embedded_storage

    data = folder / "data"
    data.mkdir(parents=True)
    with ExitStack() as parts:
        replicate = parts.enter_context(WatchedReplicate(delay=delay))
        chutes = parts.enter_context(WatchedChutes(delay=delay))
        fal = parts.enter_context(WatchedFal(delay=delay))
        host = parts.enter_context(FileHost())
        with _STARTING:
            store = parts.enter_context(embedded_storage(folder / "bucket"))
        endpoint = str(store.bucket.credentials.aws_client_parameters.endpoint_url)
        s3 = parts.enter_context(S3Proxy(endpoint.removeprefix("http://")))
        s3_gate = parts.enter_context(Gate(s3.host))
        prefect_gate = parts.enter_context(Gate(prefect_api.removeprefix("http://").split("/")[0]))
        keys = json.loads((folder / "bucket" / "storage.json").read_text())
        environment = {
            **clean_environment(),
            **replicate.environment(),
            **chutes.environment(),
            "PREFECT_API_URL": f"http://{prefect_gate.host}/api",
            "PREFECT_HOME": str(folder / "home"),
            "REPLICATE_POLL_INTERVAL": "0.1",
            "IMAGES_PREDICTION_TIMEOUT": "20",
            "IMAGES_RETRY_SECONDS": "2",
            "IMAGES_COLD_START_SECONDS": "4",
            "IMAGES_DATA_DIR": str(data),
        }
        if not embedded:
            environment |= {
                "IMAGES_PUBLIC_BASE_URL": store.public_base,
                "B2_ENDPOINT": f"http://{s3_gate.host}",
                "B2_KEY_ID": keys["key_id"],
                "B2_APPLICATION_KEY": keys["secret"],
                "B2_BUCKET_NAME": BUCKET,
            }
        root = (data if embedded else folder / "bucket") / "storage" / BUCKET
        environment |= variables or {}
        world = World(folder, replicate, chutes, fal, host, s3, s3_gate, prefect_gate, environment, root)
        try:
            yield world
        finally:
            world.lift()
    shutil.rmtree(folder, ignore_errors=True)
