"""Coverage-guided fuzzing by hand, with atheris, over the targets that the tests use too.

    python -m tests.security.fuzzing.fuzz_atheris --seconds 60 TARGET [--corpus FOLDER] [--crashes FOLDER]
    python -m tests.security.fuzzing.fuzz_atheris --list

Atheris is no requirement of the project, since it is a fuzzer's runtime of 35 MB that only this file needs.
Install it beside the rest for as long as it is used (there is a wheel for CPython 3.11 on Linux):

    .venv/bin/pip install atheris

A crash does not end the run: each is printed and written to the folder of crashes once for every line it comes
from. Put the bytes into `FOUND` in `test_fuzz.py`, mend, and they stay as a test.
"""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

# What is watched for new paths; all that Prefect imports would take minutes to prepare.
_WATCHED = [
    "imaging",
    "blocks",
    "tasks",
    "PIL",
    "lxml",
    "feedparser",
    "yaml",
    "frontmatter",
    "markdown_it",
    "jinja2",
    "replicate",
    "httpx",
    "idna",
]


def main() -> None:
    """Fuzz one target for so many seconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.fuzzing.fuzz_atheris")
    parser.add_argument("target", nargs="?", help="one of --list")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="folder that keeps what was learnt (default: a new one)")
    parser.add_argument("--crashes", type=Path, default=Path("crashes"), help="folder that crashes are put into")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    try:
        import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        sys.exit("atheris is missing: .venv/bin/pip install atheris")
    with atheris.instrument_imports(include=_WATCHED):
        from tests.security.fuzzing.seeds import SEEDS
        from tests.security.fuzzing.targets import targets
    if given.list or given.target not in SEEDS:
        sys.exit("\n".join(SEEDS))
    with targets() as known:
        corpus = given.corpus or Path(tempfile.mkdtemp(prefix=f"fuzz-{given.target}-"))
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(SEEDS[given.target]):
            (corpus / f"seed-{number}").write_bytes(seed)
        options = [f"-max_total_time={given.seconds}", "-max_len=4096", "-rss_limit_mb=4096", "-timeout=30"]
        atheris.Setup([sys.argv[0], *options, str(corpus)], _noting(known[given.target], given.target, given.crashes))
        atheris.Fuzz()


def _noting(target: Callable[[bytes], object], name: str, folder: Path) -> Callable[[bytes], None]:
    seen: set[tuple[str, str, int | None]] = set()

    def run(data: bytes) -> None:
        try:
            target(data)
        except Exception as crash:  # noqa: BLE001 - whatever it is, it is what we look for
            frame = traceback.extract_tb(crash.__traceback__)[-1]
            place = (type(crash).__name__, frame.filename, frame.lineno)
            if place in seen:
                return
            seen.add(place)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}-{place[0]}-{Path(frame.filename).stem}-{frame.lineno}").write_bytes(data)
            sys.stderr.write(f"CRASH {name} {data!r}\n{traceback.format_exc()}\n")

    return run


if __name__ == "__main__":
    main()
