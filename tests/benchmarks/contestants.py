"""Peers and we, each in a process of its own for each sample, on the same work and the same stage."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .articles import OF_GENBLAZE, PICTURES, article, peers_article, pictures_of
from .peers.genblaze_environment import python_with_genblaze
from .stage import Stage

_PEERS = Path(__file__).parent / "peers"
_SECONDS = 1800
NOT_INSTALLED = "cannot be installed"


class Unfinished(Exception):
    """Somebody did not do the work: no figure may come of it. The message is the end of what was written."""


@dataclass(frozen=True)
class Sample:
    """One play: seconds, processor seconds, pictures; of ours the peak memory in MiB and what Prefect's server took."""

    seconds: float
    cpu_seconds: float
    pictures: float
    mib: float = 0.0
    server_cpu_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Pictures a second."""
        return self.pictures / self.seconds


def ours_article(stage: Stage, topic: str) -> Sample:
    """Make one article by the flow `article-images`."""
    return _ours(stage, {"article": article(topic)}, PICTURES)


def ours_backlog(stage: Stage, source: Path, **parameters: object) -> Sample:
    """Make a folder of articles by the flow `article-backlog`."""
    expected = pictures_of(parameters) * len(list(source.iterdir()))
    return _ours(stage, {"source": str(source), **parameters}, expected)


def plain(stage: Stage, topics: Sequence[str]) -> Sample:
    """Make articles by the plain script."""
    job = stage.job | {"articles": [peers_article(topic) for topic in topics]}
    return _sample(_played([sys.executable, str(_PEERS / "plain_peer.py")], stage, job), PICTURES * len(topics))


def genblaze(stage: Stage, topics: Sequence[str]) -> Sample | None:
    """Make those pictures of articles that genblaze can make; None where it cannot be installed."""
    python = python_with_genblaze()
    if python is None:
        return None
    job = stage.job | {"articles": [peers_article(topic) for topic in topics]}
    return _sample(_played([str(python), str(_PEERS / "genblaze_peer.py")], stage, job), OF_GENBLAZE * len(topics))


def _ours(stage: Stage, job: Mapping[str, Any], expected: int) -> Sample:
    before = stage.server_cpu()
    figures = _played([sys.executable, "-m", "tests.benchmarks.ours"], stage, job)
    return _sample(figures | {"server_cpu_seconds": stage.server_cpu() - before}, expected)


def _sample(figures: Mapping[str, Any], expected: int) -> Sample:
    if figures["pictures"] != expected:
        raise Unfinished(f"{figures['pictures']} of {expected} pictures: {figures}")
    return Sample(**{name: float(value) for name, value in figures.items() if name != "status"})


def _played(command: list[str], stage: Stage, job: Mapping[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        command, input=json.dumps(job), env=stage.environment, cwd=stage.folder, capture_output=True, text=True,
        timeout=_SECONDS, check=False,
    )  # fmt: skip
    try:
        figures = dict(json.loads(done.stdout))
    except ValueError:
        raise Unfinished(f"{command[-1]} ended with {done.returncode}: {done.stderr[-2000:]}") from None
    name = Path(command[-1]).stem.removesuffix("_peer").replace("tests.benchmarks", "article-images")
    sys.stderr.write(f"  {name}: {figures['pictures']} pictures in {figures['seconds']:.1f} s\n")
    return figures
