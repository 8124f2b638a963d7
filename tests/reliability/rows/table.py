"""The table as a person reads it, and the sum below it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.reliability.rows.row import Result

_MESSAGE = 90  # letters of it in the table; a red row says all below
_NUMBERS = ("paid", "twice", "again", "lost", "durable")


def console() -> Console:
    """Each row stays in one line: a pipe has no width, and a narrow terminal wraps better than it cuts."""
    return Console(width=max(Console().width, 260))


def show(results: Sequence[Result], out: Console) -> bool:
    """Print the table and its sum; tell whether every row keeps the promise."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "fault × kind, or command: fault", "state", "exit", *_NUMBERS, "s", "message"):
        right = heading in _NUMBERS or heading == "s"
        table.add_column(heading, justify="right" if right else "left", no_wrap=True, overflow="ellipsis")
    for result in results:
        table.add_row(*_cells(result))
    out.print(table)
    _details(results, out)
    return _sum(results, out)


def _cells(result: Result) -> list[Text]:
    name = result.row.title
    if result.tally is None:
        return [Text("-"), Text(name, style="dim"), *[Text("")] * 8, Text(f"skipped: {result.skipped}", style="dim")]
    tally, states = result.tally, [run.state for run in result.runs]
    mark, style = ("✗", "bold red") if result.complaints else ("!", "yellow") if result.remarks else ("✓", "green")
    return [
        Text(mark, style=style),
        Text(name),
        Text(" → ".join(states)),
        Text(" → ".join("-" if run.exit_code is None else str(run.exit_code) for run in result.runs)),
        Text(str(tally.paid)),
        Text(str(tally.twice), style="bold red" if tally.twice else ""),
        Text(str(tally.again)),
        Text(str(tally.lost), style="bold red" if tally.lost else ""),
        Text(f"{tally.durable}/{tally.planned}"),
        Text(f"{result.seconds:.0f}"),
        Text(_short(result.message)),
    ]


def _short(message: str) -> str:
    return message if len(message) <= _MESSAGE else message[: _MESSAGE - 1] + "…"


def _details(results: Sequence[Result], out: Console) -> None:
    for result in results:
        for style, lines in (("red", result.complaints), ("yellow", result.remarks)):
            for line in lines:
                out.print(Text(f"  {result.row.title}: {line}", style=style))
        if result.complaints and result.message:
            out.print(Text(f"    said: {result.message}", style="dim"))


def _sum(results: Sequence[Result], out: Console) -> bool:
    tallies = [result.tally for result in results if result.tally]
    red = [result for result in results if result.complaints]
    out.print(
        f"\n{len(tallies)} rows played, {len(results) - len(tallies)} skipped; paid {sum(t.paid for t in tallies)},"
        f" paid twice {sum(t.twice for t in tallies)}, lost {sum(t.lost for t in tallies)},"
        f" Chutes calls again after a lost answer {sum(t.again for t in tallies)};"
        f" {len(red)} red, {sum(bool(r.remarks) for r in results)} with a remark",
        style="bold red" if red else "bold green",
        highlight=False,
    )
    return not red
