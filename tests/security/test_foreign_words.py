"""Words of others steer no terminal and forge no line, wherever they are shown."""

import ast
import io
import logging
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from blocks.doctor.finding import failure
from blocks.observability.log import JsonLines, structured_logs
from flows.commands.backlog import print_backlog
from flows.commands.doctor import _print
from flows.commands.output.report import print_report
from flows.commands.verify import verify
from imaging import errors
from imaging.backlog import Outcome, SourceReport, backlog_report
from imaging.entry import failed
from imaging.errors import ImagesError
from imaging.record import ImageSet
from imaging.sanitizing.printable import printable
from tests import ROOT
from tests.security.fuzzing.outside import SPEC

HOSTILE = "a\nINFO | paid\r\x1b[2J\x1b]52;c;ZWNobw==\x07\x9b31m\x85\u2028\u2029\u202eb\u2066\x00\x7f\ud800\U000e0041z"
SHOWN = r"a INFO | paid \x1b[2J\x1b]52;c;ZWNobw==\x07\x9b31m \u202eb\u2066\x00\x7f\ud800\U000e0041z"


def is_harmless(text: str) -> bool:
    return all(one.isprintable() for one in text.split("\n")) and "\nINFO | paid" not in text


def test_one_line_without_steering_signs_is_left() -> None:
    """Line ends become blanks, signs that steer become visible; letters of every script stay, joiners included."""
    assert printable(HOSTILE) == SHOWN
    assert printable(printable(HOSTILE)) == SHOWN
    for text in ("Käse 発酵 قهوة \u200fעברית 👩‍🍳 می\u200cخواهم", "", "a  b"):
        assert printable(text) == text


def test_every_error_of_ours_is_one_line() -> None:
    """Whoever's words are put into an error, its message can be logged, printed and stored as a state's."""
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, ImagesError):
            assert str(error(f"the vendor said {HOSTILE}")) == f"the vendor said {SHOWN}"


def test_no_log_line_is_forged() -> None:
    """In message, arguments and traceback, in text and as JSON, by any logger and handler."""
    before = logging.getLogRecordFactory()
    structured_logs()
    try:
        for formatter in (logging.Formatter("%(levelname)s | %(message)s"), JsonLines()):
            out = io.StringIO()
            handler = logging.StreamHandler(out)
            handler.setFormatter(formatter)
            logger = logging.getLogger(f"anything.{id(handler)}")
            logger.addHandler(handler)
            logger.propagate = False
            logger.warning("%s: %s", HOSTILE, ValueError(HOSTILE))
            logger.warning(HOSTILE)  # noqa: G004, RUF100 - as libraries do
            assert is_harmless(out.getvalue())
            assert out.getvalue().count("\n") == 2
            try:
                raise ValueError(HOSTILE)
            except ValueError:
                logger.exception("x")
            assert all(line.isprintable() for line in out.getvalue().split("\n"))
    finally:
        logging.setLogRecordFactory(before)


def test_no_report_is_forged(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What commands print of ids, vendors' words, file names and findings is harmless, and a state's message too."""
    source = SourceReport(source=HOSTILE, problems=[HOSTILE], unread={HOSTILE: 1})
    print_backlog(backlog_report([source.plus(HOSTILE, Outcome(came="failed", why=HOSTILE))], [HOSTILE]))
    image_set = ImageSet(
        user_id="a",
        slug="b",
        topic="c",
        article_id=None,
        flow_run_id="d",
        images=[failed(SPEC, HOSTILE)],
        problems=[HOSTILE],
    )
    assert is_harmless("\n".join(image_set.troubles))
    print_report(image_set, None)
    _print(Console(), failure("storage", HOSTILE, HOSTILE))
    file = tmp_path / "a\n\x1b]0;x\x07\u202e.png"
    file.write_bytes(b"nothing")
    with suppress(ImagesError):
        verify([str(file)])
    captured = capsys.readouterr()
    assert is_harmless(captured.out + captured.err)
    assert captured.out.count("INFO | paid") >= 7


def test_nothing_is_printed_past_the_one_function() -> None:
    """Only `blocks.observability.terminal` prints for people; what is printed elsewhere is a command's JSON."""
    for path in [path for folder in ("flows", "tasks", "blocks", "imaging") for path in (ROOT / folder).rglob("*.py")]:
        if path == ROOT / "blocks" / "observability" / "terminal.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            said = ast.unparse(node)
            assert not (isinstance(node, ast.ImportFrom) and node.module == "rich.text"), path
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "typer.echo", "typer.secho"}:
                assert "json" in said, (path, said)
