"""Many articles: as fast as the cores, and as light on the tenth hundred as on the first ten."""

import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.reliability.postgres import free_port

from .articles import folder_of
from .contestants import NOT_INSTALLED, Sample, genblaze, ours_backlog, plain
from .figures import Figure, Goal, Line
from .pictures import Look
from .row import Row, figure, topics
from .stage import WEB_FORMATS, Stage
from .vendors import Pace

_ARTICLES, _WITH_FORMATS, _BESIDE_DEFAULTS = 20, 5, 10
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


def _beside_defaults(stage: Stage) -> Iterator[Line]:
    """Prefect's own server on SQLite, as its documentation starts it."""
    stage.vendors.play("photo", Pace())
    ours = ours_backlog(stage, _source(stage, _BESIDE_DEFAULTS))
    with _default_server(stage) as api:
        beside = ours_backlog(stage.with_variables(PREFECT_API_URL=api), _source(stage, _BESIDE_DEFAULTS))
    yield Line(
        f"vendors at once, {_BESIDE_DEFAULTS} articles, beside `prefect server start` (ratio to our local server)",
        _rate(beside),
        against=ours.per_second,
    )


def _many(stage: Stage) -> Iterator[Line]:
    """Backlogs of 10, 100 and, where asked for, more articles: the same time for each article, in the same memory."""
    stage.vendors.play("photo", Pace())
    before: float | None = None
    for number in (10, 100, *([stage.scale] if stage.scale else [])):
        source, size = _source(stage, number), stage.database_bytes()
        ours = ours_backlog(stage, source)
        growth = (stage.database_bytes() - size) / number / 1024
        an_article = Figure([ours.seconds / number], "s")
        goal = Goal(1.1, "of the smaller backlog's") if before else None
        yield Line(f"{number} articles: time an article", an_article, goal, before)
        yield Line(f"{number} articles: memory of the process", Figure([ours.mib], "MiB"), Goal(_MEMORY_MIB))
        yield Line(f"{number} articles: growth of Prefect's database an article", Figure([growth], "KiB"))
        before = an_article.median


@contextmanager
def _default_server(stage: Stage) -> Iterator[str]:
    import httpx

    from tests.deployments.stack import wait_for

    port = free_port()
    command = [str(Path(sysconfig.get_path("scripts")) / "prefect"), "server", "start", "--port", str(port), "--no-ui"]
    variables = {"PREFECT_HOME": str(stage.folder / "default-server"), "PREFECT_API_URL": ""}
    with (stage.folder / "default-server.log").open("w") as log:
        server = subprocess.Popen(
            command, env=stage.environment | variables, stdout=log, stderr=log, cwd=stage.folder, start_new_session=True
        )
    api = f"http://127.0.0.1:{port}/api"

    def answers() -> bool:
        try:
            return httpx.get(f"{api}/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    try:
        wait_for(answers)
        yield api
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # its database is thrown away
        server.wait()


def _source(stage: Stage, number: int) -> Path:
    names = topics(number)
    return folder_of(stage.folder / names[0].replace(" ", "-"), names)


def _per_second(sample: Sample) -> float:
    return sample.per_second


def _rate(sample: Sample) -> Figure:
    return Figure([sample.per_second], _RATE)


def _cpu_a_picture(sample: Sample) -> Figure:
    return Figure([1000 * sample.cpu_seconds / sample.pictures], "ms")


ROWS = (
    Row("backlog originals", _originals),
    Row("backlog formats photo", lambda stage: _web_formats(stage, "photo")),
    Row("backlog formats painted", lambda stage: _web_formats(stage, "painted")),
    Row("backlog default server", _beside_defaults),
    Row("many articles", _many),
)
