"""Progress of a run on standard error: a bar on a terminal, elsewhere a line for each picture or article."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from blocks.observability.log import NOTICE, PROGRESS
from blocks.observability.steps import Counted, Step, steps_shown_by
from blocks.observability.terminal import line, logs_are_json
from flows.commands.output.status_line import is_watched, line_hidden, show_status

_WINDOW_SECONDS = 3600  # whose speed gives the time that is left: pictures come minutes apart


@contextmanager
def progress_shown(of: Counted, doing: str) -> Iterator[None]:
    """Show how far the run is. `of`: what is counted. `doing`: what goes on before the first is counted."""
    console = Console(stderr=True)
    bar = _Bar(console, of, doing) if is_watched(console) else None
    logger, handler = logging.getLogger("prefect.flow_runs"), _Lines(console, of)
    if not logs_are_json():
        logger.addHandler(handler)
    try:
        with line_hidden(), bar or nullcontext(), steps_shown_by(bar.show) if bar else nullcontext():
            yield
    finally:
        show_status("finishing")
        logger.removeHandler(handler)


class _Bar(Progress):
    """Done of all, money, time, and below that what is under way."""

    def __init__(self, console: Console, of: Counted, doing: str) -> None:
        self._of = of
        self._under_way = line(doing)
        self._showing = threading.Lock()
        super().__init__(
            SpinnerColumn(),
            BarColumn(16),
            _Done(),
            TextColumn("{task.fields[usd]:.3f} USD"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            redirect_stdout=False,  # results go there, maybe into a file
            speed_estimate_period=_WINDOW_SECONDS,
        )
        self._task = self.add_task(of, total=None, usd=0.0)

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        yield self._under_way

    def show(self, step: Step) -> None:
        """Show a step of what is counted; others, as pictures in a backlog, are passed over."""
        if step.of != self._of:
            return
        with self._showing:
            words = ", ".join(step.under_way) or ("finishing" if step.done == step.total else "looking what is due")
            self._under_way = line(f"  {words}", "dim")
            self._under_way.no_wrap, self._under_way.overflow = True, "ellipsis"
            self.update(self._task, completed=step.done, total=step.total, usd=step.usd)


class _Done(ProgressColumn):
    def render(self, task: Task) -> RenderableType:
        total = "?" if task.total is None else f"{task.total:,.0f}"
        return line(f"{task.completed:,.0f} of {total} {task.description}")


class _Lines(logging.Handler):
    """Repeats the lines of the run's log on its progress and the locks that it waits for, and nothing else."""

    def __init__(self, console: Console, of: Counted) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._shown = {of, "locks"}

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, PROGRESS, None) in self._shown or hasattr(record, NOTICE):
            self._console.print(line(f"  {record.getMessage()}"), soft_wrap=True)
