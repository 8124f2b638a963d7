"""Progress of a run: a bar on a terminal, plain lines elsewhere, and nothing on standard output."""

import fcntl
import logging
import os
import re
import struct
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from blocks.observability.log import NOTICE, PROGRESS
from blocks.observability.steps import Step, report_step
from flows.commands.output.progress import progress_shown
from flows.commands.output.status_line import announce, line_hidden, show_status, status_line

pytestmark = pytest.mark.usefixtures("_no_api")
LOG = logging.getLogger("prefect.flow_runs")


@pytest.fixture
def _no_api() -> Iterator[None]:
    """What is logged here is no run's."""
    with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: False}):
        yield


@contextmanager
def terminal(columns: int, patch: pytest.MonkeyPatch) -> Iterator[bytearray]:
    """Standard error is a terminal of so many columns; yield what is written to it, whole at the end."""
    shown = bytearray()
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))

    def read() -> None:
        with suppress(OSError):  # the other end is closed
            while data := os.read(ours, 4096):
                shown.extend(data)

    reader = threading.Thread(target=read)
    reader.start()
    with open(theirs, "w") as stderr, patch.context() as within:
        within.setattr(sys, "stderr", stderr)
        within.setenv("TERM", "xterm")
        within.delenv("COLUMNS", raising=False)
        yield shown
    reader.join()
    os.close(ours)


def last_frame(text: str) -> list[str]:
    """The two lines of the bar as they were last."""
    lines = [line.strip() for line in text.replace("\r", "\n").splitlines() if line.strip()]
    last = max(number for number, line in enumerate(lines) if " USD " in line)
    return lines[last : last + 2]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_sees_how_far_the_run_is(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Done of all, money, time and what is under way fit on two lines; what else is counted changes none of it."""
    names = tuple(f"supporting-picture-{number}" for number in range(9))
    with terminal(columns, monkeypatch) as shown, status_line("loading"), progress_shown("articles", "beginning"):
        report_step(Step("articles", 1203, 4800, 12.34, names))
        report_step(Step("pictures", 1, 7, 99.0))
        LOG.warning("one.md: complete", extra={PROGRESS: "articles"})
    said = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown.decode())
    counts, under_way = last_frame(said)
    assert "1,203 of 4,800 articles 12.340 USD" in counts
    assert under_way.startswith("supporting-picture-0, supporting-picture-1")
    assert max(len(counts), len(under_way)) <= columns
    assert "loading" in said
    assert "  one.md: complete" in said
    assert capsys.readouterr().out == ""


def test_a_log_gets_a_line_for_each_and_no_control_character(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal each picture is a line, as are costs that nobody asked for and what takes long."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # for rich a terminal
    with status_line("loading"):
        show_status("planning")
        announce("starting a server")
        with line_hidden(), progress_shown("pictures", "making pictures"):
            report_step(Step("pictures", 0, 7))
            LOG.warning("hero stored", extra={PROGRESS: "pictures"})
            LOG.warning("one.md: complete", extra={PROGRESS: "articles"})
            LOG.warning("made again (0.060 USD)", extra={NOTICE: True})
            LOG.warning("something else")
    said = capsys.readouterr()
    assert (
        re.sub(r"\x1b\[[\d;]*m", "", said.err)
        == "article-images: starting a server\n  hero stored\n  made again (0.060 USD)\n"
    )
    assert said.out == ""
