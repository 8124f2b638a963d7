"""Many articles: as fast as the cores, and as light on the tenth hundred as on the first ten."""

from collections.abc import Iterator
from pathlib import Path

from tests import ROOT
from tests.benchmarks.articles import folder_of
from tests.benchmarks.contestants import NOT_INSTALLED, Sample, genblaze, ours_backlog, plain
from tests.benchmarks.figures import Figure, Goal, Line
from tests.benchmarks.pictures import Look
from tests.benchmarks.servers import Database, prefects_own_server
from tests.benchmarks.stage import WEB_FORMATS, Stage
from tests.benchmarks.vendors import AS_IN_LIFE, Pace
from tests.reliability.cluster.cluster import server_variables
from tests.reliability.cluster.postgres import postgres

from .row import Row, figure, topics

_ARTICLES, _SLOW, _WITH_FORMATS, _BESIDE_OTHERS = 10, 12, 3, 10
_RATE = "pictures/s"
_MEMORY_MIB = 400


def _originals(stage: Stage) -> Iterator[Line]:
    stage.vendors.play("photo", Pace())
    source = _source(stage, _ARTICLES)
    ours = ours_backlog(stage, source)
    peer, script = genblaze(stage, topics(_ARTICLES)), plain(stage, topics(_ARTICLES))
    again = ours_backlog(stage, source, recheck=True)
    yield Line(
        f"vendors at once, {_ARTICLES} articles, originals, the Prefect server on the same cores",
        _rate(ours),
        Goal(1, "of genblaze's", at_least=True),
        peer.per_second if peer else None,
        "the cores",
        figure([peer], _per_second, _RATE) or NOT_INSTALLED,
        _rate(script),
    )
    cpu = _cpu_a_picture(ours), _cpu_a_picture(peer) if peer else NOT_INSTALLED, _cpu_a_picture(script)
    yield Line("processor time a picture: process", cpu[0], Goal(50), genblaze=cpu[1], plain=cpu[2])
    server = Figure([1000 * ours.server_cpu_seconds / ours.pictures], "ms")
    yield Line("processor time a picture: Prefect's server", server, Goal(25))
    yield Line(f"{_ARTICLES} articles, all pictures: memory of the process", _memory(ours), Goal(_MEMORY_MIB))
    yield Line(
        f"all there already, {_ARTICLES} articles (ratio to the originals' row)",
        _rate(again),
        Goal(3, at_least=True),
        ours.per_second,
    )


def _web_formats(stage: Stage, look: Look) -> Iterator[Line]:
    stage.vendors.play(look, Pace())
    stage = stage.with_variables(**WEB_FORMATS)
    ours, script = ours_backlog(stage, _source(stage, _WITH_FORMATS)), plain(stage, topics(_WITH_FORMATS))
    work = f"vendors at once, {_WITH_FORMATS} articles, web formats, {look}"
    yield Line(work, _rate(ours), Goal(2, "(5 x 0.4 before)", at_least=True), limit="the cores", plain=_rate(script))
    cpu = Figure([ours.cpu_seconds / ours.pictures], "CPU s")
    yield Line(f"{work}: a picture", cpu, plain=Figure([script.cpu_seconds / script.pictures], "CPU s"))


def _slow_vendors(stage: Stage) -> Iterator[Line]:
    """Vendors that take their time: as many articles as keep them busy, against four side by side."""
    stage.vendors.play("photo", AS_IN_LIFE)
    four, busy = (ours_backlog(stage, _source(stage, _SLOW), at_once=at_once) for at_once in (4, 0))
    work = f"{_SLOW} articles, vendors 8 / 3 / 5 s"
    yield Line(f"{work}, four side by side", _rate(four))
    yield Line(f"{work}, as many as keep them busy", _rate(busy), against=four.per_second)


def _beside_defaults(stage: Stage) -> Iterator[Line]:
    """Prefect's own server on SQLite, as its documentation starts it, and in our folder with its `prefect.toml`."""
    stage.vendors.play("photo", Pace())
    ours = ours_backlog(stage, _source(stage, _BESIDE_OTHERS))
    for how, where in (("as Prefect sets it", stage.folder), ("with our `prefect.toml`", ROOT)):
        with prefects_own_server(stage, f"server-{where.name}", where) as other:
            plays = [ours_backlog(other, _source(other, _BESIDE_OTHERS)) for _ in range(3)]
        work = f"vendors at once, {_BESIDE_OTHERS} articles, beside `prefect server start` {how}"
        yield Line(
            f"{work} (ratio to our local server)",
            Figure([play.per_second for play in plays], _RATE),
            against=ours.per_second,
        )


def _beside_postgres(stage: Stage) -> Iterator[Line]:
    """Prefect on PostgreSQL, set as docs/deploy.md says, and what each of the two costs."""
    stage.vendors.play("photo", Pace())
    folder = stage.folder / "database"
    stage.folder.chmod(0o755)  # PostgreSQL runs as a user of its own
    with (
        postgres(folder) as address,
        prefects_own_server(stage, "postgres-server", None, **server_variables(address)) as other,
    ):
        database = Database(folder)
        size, cpu = database.bytes(), database.cpu()
        ours = ours_backlog(other, _source(other, _BESIDE_OTHERS))
        used, grown = database.cpu() - cpu, (database.bytes() - size) / _BESIDE_OTHERS / 1024
    work = f"vendors at once, {_BESIDE_OTHERS} articles, Prefect on PostgreSQL"
    yield Line(work, _rate(ours))
    yield Line(f"{work}: the server an article", Figure([ours.server_cpu_seconds / _BESIDE_OTHERS], "CPU s"))
    yield Line(f"{work}: PostgreSQL an article", Figure([used / _BESIDE_OTHERS], "CPU s"))
    yield Line(f"{work}: growth of the database an article", Figure([grown], "KiB"))


def _many(stage: Stage) -> Iterator[Line]:
    """Heroes of 10, 30 and, where asked for, more articles: the same time for each article, in the same memory."""
    stage.vendors.play("photo", Pace())
    before: float | None = None
    for number in (10, 30, *([stage.scale] if stage.scale else [])):
        source, size = _source(stage, number), stage.database_bytes()
        ours = ours_backlog(stage, source, only=["hero"])
        growth = (stage.database_bytes() - size) / number / 1024
        an_article = Figure([ours.seconds / number], "s")
        goal = Goal(1.1, "of the smaller backlog's") if before else None
        yield Line(f"heroes of {number} articles: time an article", an_article, goal, before)
        yield Line(f"heroes of {number} articles: memory of the process", _memory(ours), Goal(_MEMORY_MIB))
        yield Line(f"heroes of {number} articles: growth of Prefect's database an article", Figure([growth], "KiB"))
        before = an_article.median


def _source(stage: Stage, number: int) -> Path:
    names = topics(number)
    return folder_of(stage.folder / names[0].replace(" ", "-"), names)


def _per_second(sample: Sample) -> float:
    return sample.per_second


def _rate(sample: Sample) -> Figure:
    return Figure([sample.per_second], _RATE)


def _memory(sample: Sample) -> Figure:
    return Figure([sample.mib], "MiB")


def _cpu_a_picture(sample: Sample) -> Figure:
    return Figure([1000 * sample.cpu_seconds / sample.pictures], "ms")


ROWS = (
    Row("backlog originals", _originals),
    Row("backlog slow vendors", _slow_vendors),
    Row("backlog formats photo", lambda stage: _web_formats(stage, "photo")),
    Row("backlog formats painted", lambda stage: _web_formats(stage, "painted")),
    Row("backlog default server", _beside_defaults, always=False),
    Row("many articles", _many),
    Row("backlog postgres", _beside_postgres, always=False),
)
