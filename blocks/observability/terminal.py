"""Terminal output. All of it goes through here, since most of it includes untrusted text."""

import json
import os
import sys
from typing import TextIO

import typer
from rich.text import Text

from imaging.sanitizing.printable import printable


def logs_are_json() -> bool:
    """Return whether standard error is to have JSON objects alone, for programs: then no plain line goes there."""
    return os.environ.get("IMAGES_LOG_FORMAT") == "json"


def echo(text: str, *, err: bool = False) -> None:
    """Print one line, with control characters escaped."""
    typer.echo(printable(text), err=err)


def line(text: str, style: str = "") -> Text:
    """Return one line for a console or table, with markup and control characters escaped."""
    return Text(printable(text), style=style)


def print_json(text: str) -> None:
    """Print a JSON document, with `\\u` escapes if standard output cannot encode its characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in text)
    sys.stdout.write(text + "\n")


def escape_unencodable(*streams: TextIO | None) -> None:
    """Make streams escape characters that they cannot encode, so that printing a table cannot fail a run."""
    for stream in streams:
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
