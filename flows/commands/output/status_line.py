"""The line at the foot of a terminal that says what a command is at, from its first moment on.

On standard error, and on a terminal alone. Light: it is shown before anything large is imported.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

from blocks.observability.terminal import echo, line, logs_are_json


@dataclass(frozen=True, slots=True)
class _Shown:
    spinner: Spinner
    live: Live


_current: ContextVar[_Shown | None] = ContextVar("_current", default=None)


def is_watched(console: Console) -> bool:
    """Return whether somebody sees what moves: rich takes a log for a terminal where FORCE_COLOR is set, as in CI."""
    return console.is_interactive and console.file.isatty()


@contextmanager
def status_line(text: str) -> Iterator[None]:
    """Show the line within the context. Nothing may be printed meanwhile, but where it is hidden."""
    console = Console(stderr=True)
    if not is_watched(console):
        yield
        return
    spinner = Spinner("dots", line(text), style="green")
    # Standard output is not ours to redirect: results go there, maybe into a file.
    live = Live(spinner, console=console, transient=True, redirect_stdout=False)
    token = _current.set(_Shown(spinner, live))
    try:
        with live:
            yield
    finally:
        _current.reset(token)


def announce(text: str) -> None:
    """Say what takes long: in the line, and where there is no terminal in a line of the log."""
    if shown := _current.get():
        shown.spinner.update(text=line(text))
    elif not (is_watched(Console(stderr=True)) or logs_are_json()):
        echo(f"article-images: {text}", err=True)


def show_status(text: str) -> None:
    """Change what the line says, if there is one."""
    if shown := _current.get():
        shown.spinner.update(text=line(text))


@contextmanager
def line_hidden() -> Iterator[None]:
    """Take the line away within the context, for results, a question or another display."""
    shown = _current.get()
    if shown is None:
        yield
        return
    shown.live.stop()
    try:
        yield
    finally:
        shown.live.start()
