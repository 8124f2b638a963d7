"""Files that name a word, such as a tenant: in their path or in their text, of whatever kind they are."""

import re
from collections.abc import Iterator
from pathlib import Path


def naming_below(word: str, *folders: Path) -> Iterator[Path]:
    """Yield the files and folders with the word in their path or their text; `acme` is not `acme-2`."""
    whole = re.compile(rb"(?<![a-z0-9_-])" + word.encode() + rb"(?![a-z0-9_-])")
    for folder in folders:
        for path in folder.rglob("*"):
            text = str(path.relative_to(folder)).encode() + (b"\n" + path.read_bytes() if path.is_file() else b"")
            if whole.search(text):
                yield path
