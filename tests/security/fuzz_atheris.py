"""Coverage-guided fuzzing by hand, with atheris, over the targets that the tests use too.

    python -m tests.security.fuzz_atheris --seconds 60 TARGET [--corpus FOLDER]
    python -m tests.security.fuzz_atheris --list

Atheris is no requirement of the project, since it is a compiler's runtime of 35 MB that only this file needs.
Install it beside the rest for as long as it is used (a wheel for CPython 3.11 and Linux exists):

    .venv/bin/pip install atheris

What it finds is printed and written to `crash-...` in the folder it runs in: put the bytes into `FOUND` in
`test_fuzz.py`, mend, and they stay as a test.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.security.seeds import SEEDS
from tests.security.targets import targets

try:
    import atheris
except ImportError:  # the tests are to pass without it
    atheris = None


def main() -> None:
    """Fuzz one target for so many seconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.fuzz_atheris")
    parser.add_argument("target", nargs="?", help="one of --list")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="folder that keeps what was learnt (default: a new one)")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    with targets() as known:
        if given.list or given.target not in known:
            sys.exit("\n".join(known))
        if atheris is None:
            sys.exit("atheris is missing: .venv/bin/pip install atheris")
        corpus = given.corpus or Path(tempfile.mkdtemp(prefix=f"fuzz-{given.target}-"))
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(SEEDS[given.target]):
            (corpus / f"seed-{number}").write_bytes(seed)
        # The interpreter's own code is not instrumented when it is imported; what we call, and what that calls, is.
        atheris.instrument_all()
        options = [f"-max_total_time={given.seconds}", "-max_len=4096", "-rss_limit_mb=4096", "-timeout=20"]
        target = known[given.target]
        atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: target(data) and None)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
