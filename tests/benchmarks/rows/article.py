"""One article: as fast as its slowest picture."""

from collections.abc import Iterator, Sequence
from functools import partial

from tests.benchmarks.contestants import NOT_INSTALLED, Sample, genblaze, ours_article, plain
from tests.benchmarks.figures import Figure, Goal, Line
from tests.benchmarks.pictures import Look
from tests.benchmarks.stage import WEB_FORMATS, Stage
from tests.benchmarks.vendors import AS_IN_LIFE, Pace

from .row import Row, figure, in_turn, topics

_OF_LIMIT = "of the limit"


def _seconds(sample: Sample) -> float:
    return sample.seconds


def _originals(stage: Stage, look: Look, rounds: int) -> Iterator[Line]:
    stage.vendors.play(look, AS_IN_LIFE)
    ours, peer, script = in_turn(
        rounds,
        lambda: ours_article(stage, *topics(1)),
        lambda: genblaze(stage, topics(1)),
        lambda: plain(stage, topics(1)),
    )
    yield Line(
        f"one article, vendors 8 / 3 / 5 s, originals only, {look}",
        _ours(ours),
        Goal(1.05, _OF_LIMIT),
        AS_IN_LIFE.hero,
        f"{AS_IN_LIFE.hero:.1f} s",
        figure(peer, _seconds, "s") or NOT_INSTALLED,
        figure(script, _seconds, "s"),
    )


def _web_formats(stage: Stage, look: Look, rounds: int) -> Iterator[Line]:
    stage.vendors.play(look, AS_IN_LIFE)
    stage = stage.with_variables(**WEB_FORMATS)
    ours, script = in_turn(rounds, lambda: ours_article(stage, *topics(1)), lambda: plain(stage, topics(1)))
    work = f"the same with web formats, {look}"
    script_seconds = figure(script, _seconds, "s")
    yield Line(
        work, _ours(ours), Goal(1.15, _OF_LIMIT), AS_IN_LIFE.hero, f"{AS_IN_LIFE.hero:.1f} s", plain=script_seconds
    )
    cpu = Figure([sample.cpu_seconds for sample in ours], "CPU s")
    yield Line(f"{work}: processor time", cpu, plain=figure(script, lambda one: one.cpu_seconds, "CPU s"))


def _far(stage: Stage, rounds: int) -> Iterator[Line]:
    """As far as Replicate and B2 are: an answer of a vendor takes 150 ms, one of the bucket 80 ms."""
    stage.vendors.play("photo", Pace(AS_IN_LIFE.hero, AS_IN_LIFE.dev, AS_IN_LIFE.chutes, latency=0.15))
    with stage.far(0.08) as behind:
        ours, peer, script = in_turn(
            rounds,
            lambda: ours_article(behind, *topics(1)),
            lambda: genblaze(behind, topics(1)),
            lambda: plain(behind, topics(1)),
        )
    # A create, a poll and a download at the vendor, and one PUT, cannot be done beside the eight seconds.
    limit = AS_IN_LIFE.hero + 3 * 0.15 + 0.08
    yield Line(
        "one article, originals, vendors 150 ms and store 80 ms away",
        _ours(ours),
        Goal(1.05, _OF_LIMIT),
        limit,
        f"{limit:.1f} s",
        figure(peer, _seconds, "s") or NOT_INSTALLED,
        figure(script, _seconds, "s"),
    )


def _ours(samples: Sequence[Sample | None]) -> Figure:
    return Figure([sample.seconds for sample in samples if sample], "s")


ROWS = (
    Row("article originals photo", partial(_originals, look="photo", rounds=2)),
    Row("article originals painted", partial(_originals, look="painted", rounds=1), always=False),
    Row("article formats photo", partial(_web_formats, look="photo", rounds=1)),
    Row("article formats painted", partial(_web_formats, look="painted", rounds=1), always=False),
    Row("article far", partial(_far, rounds=1)),
)
