"""The fault table: `make faults`, or `python -m tests.reliability.faults [--list] [--only REGEX] [--jobs N]`.

Each row breaks one thing, runs the console script, mends it, runs again, and counts at the vendors and in the
bucket. Exit code 1 where a row has paid twice, has lost a picture, hangs, or does not name the cause.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from tests.reliability.harness.pool import in_order
from tests.reliability.harness.world import prefect_server
from tests.reliability.rows.matrix import ROWS
from tests.reliability.rows.row import Result, play
from tests.reliability.rows.table import console, show


def main() -> int:
    """Play the rows that were asked for and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.faults", description=__doc__)
    parser.add_argument("--only", default="", metavar="REGEX", help="only rows in whose title this is found")
    parser.add_argument("--list", action="store_true", help="name the rows and play none")
    parser.add_argument("--jobs", type=int, default=4, help="rows at a time (default 4)")
    options = parser.parse_args()
    rows = [row for row in ROWS if re.search(options.only, row.title)]
    out = console()
    if options.list:
        for row in rows:
            out.print(row.title, markup=False, highlight=False)
        out.print(f"{len(rows)} rows", highlight=False)
        return 0
    with tempfile.TemporaryDirectory(prefix="article-images-faults-", ignore_cleanup_errors=True) as root:
        with prefect_server(Path(root) / "prefect") as api:
            results = in_order(rows, lambda row: play(row, api, Path(root)), _told, options.jobs)
        return 0 if show(results, out) else 1


def _told(result: Result) -> str:
    how = result.skipped or "; ".join(result.complaints) or "ok"
    return f"{result.row.title}: {how} ({result.seconds:.0f} s)"


if __name__ == "__main__":
    sys.exit(main())
