"""What came of the many machines: counted at the vendors, in the bucket and at Prefect's API."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.table import Table

from tests.reliability.cluster.cluster import Cluster
from tests.reliability.cluster.many_articles import Written
from tests.reliability.harness.ledger import chutes_twice, replicate_twice


@dataclass(frozen=True)
class Kill:
    """A machine's end: when (seconds since 1970), how many `processes`, the ids of its `runs`, and how far all were.

    `folders`: the runs of every machine at that moment, by id, and the folder in which each worked.
    """

    machine: str
    at: float
    processes: int
    runs: Mapping[str, Path]
    complete: int
    folders: Mapping[str, Mapping[str, Path]]


@dataclass(frozen=True)
class Outcome:
    """The whole of a play. `taken_over`: seconds from the kill until another machine began each dead run."""

    articles: int
    complete: int
    planned: int
    stored: int
    predictions: int
    calls: int
    twice: int
    again: int
    runs: Mapping[str, int]
    seconds: float
    kill: Kill | None
    taken_over: Sequence[float]
    complaints: Sequence[str]

    @classmethod
    def of(
        cls, cluster: Cluster, written: Sequence[Written], kill: Kill | None, seconds: float, *, ended: bool
    ) -> "Outcome":
        """Count."""
        stored = stored_pictures(cluster.bucket, written)
        whole = complete(cluster.bucket, written)
        twice_calls, again = chutes_twice(cluster.chutes.deliveries)
        twice = replicate_twice(cluster.replicate.paid) + twice_calls
        planned = sum(article.pictures for article in written)
        shards = cluster.runs("article-backlog")
        counts = Counter(
            f"{run['state']['name']} {flow}"
            for flow, runs in (("article-backlog", shards), ("article-images", cluster.runs("article-images")))
            for run in runs
            if run["start_time"]  # the schedule's next ones have none
        )
        taken_over = _taken_over(cluster, kill, shards) if kill else []
        complaints = [] if ended else ["the backlog did not end in time"]
        complaints += [f"{planned - stored} pictures are missing"] if planned != stored else []
        complaints += [f"{twice} paid twice"] if twice else []
        complaints += [f"{len(written) - len(whole)} articles are not complete"] if len(whole) != len(written) else []
        complaints += _wrong_folders(kill) if kill else []
        if kill and len(taken_over) < len([run for run in shards if run["id"] in kill.runs]):
            complaints.append("not all that the dead machine had begun was taken over")
        return cls(
            len(written), len(whole), planned, stored, len(cluster.replicate.paid), len(cluster.chutes.deliveries),
            twice, again, counts, seconds, kill, taken_over, complaints,
        )  # fmt: skip

    def table(self) -> Table:
        """The table as docs/deploy.md has it."""
        table = Table("", "", box=None, show_header=False, pad_edge=False)
        rows = {
            "articles, complete": f"{self.articles}, {self.complete}",
            "pictures planned, stored": f"{self.planned}, {self.stored}",
            "missing": self.planned - self.stored,
            "Replicate predictions": self.predictions,
            "Chutes calls": self.calls,
            "paid twice": self.twice,
            "Chutes calls in flight at the kill, repeated": self.again,
            "flow runs": ", ".join(f"{number} {what}" for what, number in sorted(self.runs.items())),
            "wall time": f"{self.seconds:.0f} s",
            "pictures a second": f"{self.stored / self.seconds:.1f}",
        }
        if self.kill:
            runs = len(self.kill.runs)
            rows["killed"] = f"{self.kill.machine}, {runs} runs under way, after {self.kill.complete} articles"
            rows["taken over by the other, after the kill"] = ", ".join(f"{each:.0f} s" for each in self.taken_over)
        for what, figure in rows.items():
            table.add_row(what, str(figure))
        return table


def complete(bucket: Path, written: Sequence[Written]) -> set[str]:
    """The files of the articles whose manifest names every planned picture, each of which lies there."""
    by_id = {f"cms-{article.name.removesuffix('.md')}": article for article in written}
    return {
        article.name
        for manifest in _manifests(bucket)
        if (article := by_id.get(manifest["article_id"])) and len(_there(manifest, bucket)) == article.pictures
    }


def stored_pictures(bucket: Path, written: Sequence[Written]) -> int:
    """How many pictures manifests name that lie there, each under a key of its own."""
    return len({key for manifest in _manifests(bucket) for key in _there(manifest, bucket)})


def hashes_in(bucket: Path) -> set[str]:
    """The SHA-256 of every object of a tenant."""
    files = [path for path in bucket.glob("[!_]*/**/*") if path.is_file()]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _manifests(bucket: Path) -> list[dict[str, Any]]:
    found = []
    for path in bucket.glob("[!_]*/*/manifest.json"):
        try:
            found.append(json.loads(path.read_text()))
        except ValueError:  # being written
            continue
    return found


def _there(manifest: Mapping[str, Any], bucket: Path) -> set[str]:
    return {
        image["key"]
        for image in manifest["images"]
        if image["durable"] and (path := bucket / image["key"]).is_file() and path.stat().st_size == image["bytes"]
    }


def _taken_over(cluster: Cluster, kill: Kill, backlog_runs: Sequence[Mapping[str, Any]]) -> list[float]:
    """Seconds after which each shard, and the backlog's own run, that died had begun again."""
    after = []
    for dead in backlog_runs:
        if dead["id"] in kill.runs:
            shard = dead["parameters"].get("shard")
            heirs = [run for run in backlog_runs if run["parameters"].get("shard") == shard]
            begun = [moment for heir in heirs for moment in _begun(cluster, heir["id"]) if moment > kill.at]
            after += [min(begun) - kill.at] if begun else []
    return sorted(after)


def _begun(cluster: Cluster, run_id: str) -> list[float]:
    """When the run's state became Running."""
    states = httpx.get(f"{cluster.api}/flow_run_states/", params={"flow_run_id": run_id}, timeout=60).json()
    return [datetime.fromisoformat(state["timestamp"]).timestamp() for state in states if state["type"] == "RUNNING"]


def _wrong_folders(kill: Kill) -> list[str]:
    """Runs that did not work in their own machine's code: the machines would not be apart."""
    return [
        f"run {run} of {machine} worked in {folder}"
        for machine, runs in kill.folders.items()
        for run, folder in runs.items()
        if f"/{machine}/" not in f"{folder}/"
    ]
