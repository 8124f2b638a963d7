"""The benchmark: `make bench`, or `python -m tests.benchmarks [--only REGEX] [--scale N] [--write FILE]`.

Rows are played one after the other and printed as they come, the table at the end. The machine should be idle.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.reliability.harness.process import clean_environment  # noqa: F401 - before Prefect is imported

from . import report
from .contestants import Unfinished
from .figures import Line, table
from .rows import article, backlog, requests, start, workers
from .rows.row import Row
from .stage import open_stage

ROWS: tuple[Row, ...] = (
    *requests.ROWS,
    *start.ROWS,
    *article.ROWS,
    *backlog.ROWS,
    *workers.ROWS,
)


def main() -> int:
    """Play the chosen rows and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", default="", metavar="REGEX", help=f"rows: {', '.join(row.name for row in ROWS)}")
    parser.add_argument("--scale", type=int, default=0, metavar="N", help="a backlog of N articles too (1000)")
    parser.add_argument("--write", type=Path, help="put the table into this file, between its two marks")
    options = parser.parse_args()
    chosen = [row for row in ROWS if (re.search(options.only, row.name) if options.only else row.always)]
    head, began = report.head(sys.argv[1:]), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="article-images-bench-", ignore_cleanup_errors=True) as folder:
        lines, unfinished = played(chosen, Path(folder), options.scale)
    found = "\n".join([f"{head}; {time.monotonic() - began:.0f} s.", "", table(lines), *unfinished])
    sys.stdout.write(f"{found}\n")
    if options.write:
        report.write(options.write, found)
    return 1 if unfinished else 0


def played(rows: list[Row], folder: Path, scale: int) -> tuple[list[Line], list[str]]:
    """Play rows on one stage; return their lines, and for each row that could not be played to its end a line why."""
    lines, unfinished = [], []
    with open_stage(folder, scale) as stage:
        for row in rows:
            began = time.monotonic()
            try:
                for line in row.play(stage):
                    lines.append(line)
                    sys.stderr.write(f"{' | '.join(line.cells)}\n")
            except (Unfinished, subprocess.SubprocessError, AssertionError) as why:
                unfinished.append(f"\nNot finished: {row.name}: {str(why).splitlines()[0][:200]}")
                sys.stderr.write(f"{row.name} was not finished: {why}\n")
            sys.stderr.write(f"{row.name}: {time.monotonic() - began:.0f} s\n")
    return lines, unfinished


if __name__ == "__main__":
    sys.exit(main())
