"""`usage`, which writes nothing, and `storage-report`, the flow that writes what it has measured."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from tests.reliability.commands.tenants import OnTenants
from tests.reliability.harness.engine import end_of, new_run, start_engine
from tests.reliability.harness.process import Finished

_FILES = ("json", "csv", "parquet", "findings.csv", "findings.parquet")


class Usage(OnTenants):
    """The report of all tenants, by command."""

    name = "usage"

    def start(self, python: str = sys.executable) -> "subprocess.Popen[str]":
        return self.world.start("usage", python=python)

    def found(self, objects: dict[str, bytes], runs: Sequence[Finished]) -> tuple[int, int, list[str]]:
        said = (self.world.folder / "stdout").read_text() if runs[-1].state == "complete" else ""
        tenants = (self.tenant, *self.neighbours)
        wrong = [] if objects == self.before else ["the bucket is not as it was"]
        return sum(any(line.split()[:1] == [one] for line in said.splitlines()) for one in tenants), 3, wrong


class StorageReport(OnTenants):
    """The reports of all tenants, by the flow, as a worker runs it."""

    name = "storage-report"

    def start(self, python: str = sys.executable) -> "subprocess.Popen[str]":
        self.run = new_run(self.world, "storage_report", {})
        return start_engine(self.world, "storage_report", self.run)

    def call(self, seconds: float = 150) -> Finished:
        finished = super().call(seconds)
        state, message = end_of(self.world, self.run)
        if finished.exit_code is None or state == "COMPLETED":
            return finished
        return Finished(1, finished.seconds, None, f"{state}: {message}")

    def found(self, objects: dict[str, bytes], runs: Sequence[Finished]) -> tuple[int, int, list[str]]:
        """Every tenant has all files of its report, and nothing else was written."""
        month = f"{datetime.now(UTC):%Y-%m}"
        scopes = (self.tenant, *self.neighbours, "_all")
        wanted = {f"_reports/{scope}/{month}.{suffix}" for scope in scopes for suffix in _FILES}
        others = [key for key in objects.keys() - self.before.keys() - wanted if not key.startswith("_results/")]
        gone = [f"{key} is not as it was" for key, data in self.before.items() if objects.get(key) != data]
        lies = gone + [f"{key} is left over" for key in others]
        return len(wanted & objects.keys()), len(wanted), lies + self._untrue(objects, f"_reports/_all/{month}.json")

    def _untrue(self, objects: dict[str, bytes], key: str) -> list[str]:
        """Hold the objects that a report counts against the tenant's own folder."""
        wrong = []
        for one in json.loads(objects[key])["tenants"] if key in objects else []:
            mine = [name for name in self.before if name.split("/")[0] == one["user_id"]]
            if one["objects"] - one["records"]["objects"] != len(mine):
                wrong.append(f"the report counts {one['objects']} objects of {one['user_id']}, not {len(mine)}")
        return wrong

    def halves(self) -> list[str]:
        return [
            key for key, data in self.objects().items() if key.startswith("_reports/") and not self._is_whole(key, data)
        ]

    def _is_whole(self, key: str, data: bytes) -> bool:
        try:
            if key.endswith(".json"):
                return bool(json.loads(data))
            if key.endswith(".csv"):
                return data.endswith(b"\n") and bool(list(csv.reader(io.StringIO(data.decode()))))
            file = self.world.folder / "read.parquet"
            file.write_bytes(data)
            with duckdb.connect() as own:  # rows are played side by side, and a connection serves one of them at a time
                own.read_parquet(str(file)).fetchall()
        except (ValueError, duckdb.Error):
            return False
        return True
