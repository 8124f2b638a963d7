"""Where rows are played: one Prefect server, one bucket and the vendors, all on loopback, and what they are asked."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.reliability.harness.process import clean_environment
from tests.reliability.harness.s3_proxy import S3Proxy
from tests.reliability.harness.world import prefect_server
from tests.standins import ChutesStandin

from .vendors import Replicate, Vendors
from .wire import S3Wire, Wire

WEB_FORMATS = {"IMAGES_VARIANTS": "", "IMAGES_PINNED": ""}
"""The product's defaults: AVIF and WebP, and a pinned copy of each picture. Without it, neither."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stage:
    """The parts, and the variables that point the product at them."""

    folder: Path
    vendors: Vendors
    home: Path
    api: str
    s3: str
    environment: dict[str, str]
    server_pid: int
    scale: int = 0
    """Articles of the largest backlog beyond the usual ones; 0: none."""

    @property
    def job(self) -> dict[str, Any]:
        """What a peer has to know."""
        chosen = self.environment
        return {
            "web_formats": "IMAGES_VARIANTS" in chosen and chosen["IMAGES_VARIANTS"] != "off",
            "replicate": {"url": chosen["REPLICATE_BASE_URL"], "token": chosen["REPLICATE_API_TOKEN"]},
            "chutes": {"url": chosen["CHUTES_BASE_URL"], "key": chosen["CHUTES_API_KEY"]},
            "bucket": chosen["B2_BUCKET_NAME"],
            "s3": {
                "endpoint_url": chosen["B2_ENDPOINT"],
                "region_name": "us-east-1",
                "aws_access_key_id": chosen["B2_KEY_ID"],
                "aws_secret_access_key": chosen["B2_APPLICATION_KEY"],
            },
        }

    def without(self, *names: str) -> "Stage":
        """Return the same without some variables for those who play."""
        return replace(self, environment={name: one for name, one in self.environment.items() if name not in names})

    def with_variables(self, **variables: str) -> "Stage":
        """Return the same with other variables for those who play."""
        return replace(self, environment=self.environment | variables)

    @contextmanager
    def counted(self) -> Iterator[tuple["Stage", Wire, Wire]]:
        """Put counting gates before Prefect and the bucket; yield the stage behind them, and both."""
        with Wire(_host(self.api)) as prefect, S3Wire(self.s3) as s3:
            behind = {"PREFECT_API_URL": f"http://{prefect.host}/api", "B2_ENDPOINT": f"http://{s3.host}"}
            yield self.with_variables(**behind), prefect, s3

    @contextmanager
    def far(self, seconds: float) -> Iterator["Stage"]:
        """Have the bucket answer after so many seconds."""
        with S3Proxy(self.s3) as proxy:
            proxy.delay = seconds
            yield self.with_variables(B2_ENDPOINT=proxy.base_url)

    def server_cpu(self) -> float:
        """Seconds of processor time of Prefect's server, once it has little left to do: after 20 s at the latest."""
        before, used = -1.0, cpu_of(self.server_pid)
        for _ in range(20):
            if used - before < 0.05:
                break
            before = used
            time.sleep(1)
            used = cpu_of(self.server_pid)
        return used

    def database_bytes(self) -> int:
        """The bytes in use of Prefect's database."""
        with closing(sqlite3.connect(f"file:{self.home}/prefect.db?mode=ro", uri=True, timeout=60)) as database:
            size, pages, free = (
                int(database.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_size", "page_count", "freelist_count")
            )
        return size * (pages - free)


@contextmanager
def open_stage(folder: Path, scale: int) -> Iterator[Stage]:
    """Start everything. Called before anything of Prefect is imported."""
    with ExitStack() as parts:
        home = folder / "server"
        api = parts.enter_context(prefect_server(home))
        from blocks.storage.embedded import BUCKET, embedded_storage

        replicate, chutes = parts.enter_context(Replicate()), parts.enter_context(ChutesStandin())
        store = parts.enter_context(embedded_storage(folder / "bucket"))
        keys = json.loads((folder / "bucket" / "storage.json").read_text())
        endpoint = str(store.bucket.credentials.aws_client_parameters.endpoint_url)
        server = int(json.loads((home / "article-images-server.json").read_text())["pid"])
        environment = {
            **clean_environment(),
            **replicate.environment(),
            **chutes.environment(),
            "PYTHONPATH": str(ROOT),
            "PREFECT_API_URL": api,
            "PREFECT_HOME": str(folder / "home"),
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
            "IMAGES_DATA_DIR": str(folder / "data"),
            "IMAGES_PUBLIC_BASE_URL": store.public_base,
            "B2_ENDPOINT": endpoint,
            "B2_KEY_ID": keys["key_id"],
            "B2_APPLICATION_KEY": keys["secret"],
            "B2_BUCKET_NAME": BUCKET,
        }
        yield Stage(folder, Vendors(replicate, chutes), home, api, _host(endpoint), environment, server, scale)


def cpu_of(pid: int, *, ended: bool = False) -> float:
    """Return the seconds of processor time of a process; with `ended` those of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11 : 15 if ended else 13]) / _TICKS


def _host(url: str) -> str:
    return url.removeprefix("http://").split("/")[0]
