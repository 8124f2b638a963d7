"""What a run shows on a terminal when it is done."""

import pytest

from flows.commands.output.report import print_report
from tests.imaging.pages.test_gallery import a_set


@pytest.mark.parametrize(("columns", "beside"), [("40", False), ("80", False), ("200", True)])
def test_every_url_stands_in_one_piece_whatever_the_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str, beside: bool
) -> None:
    """A terminal that is too narrow for the table loses no column of it, and shows whole URLs below it."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # for rich a terminal
    monkeypatch.setenv("COLUMNS", columns)
    image_set = a_set()
    print_report(image_set, None)
    lines = capsys.readouterr().out.splitlines()
    [row] = [line for line in lines if "2752x1536, 1.2 MB" in line]
    [shown] = [line for line in lines if str(image_set.images[0].url) in line]
    assert (row == shown) is beside
    assert "0.025" in row
