"""What is printed for people. All of it goes through here: words of others are in it nearly everywhere."""

import json
import sys
from typing import TextIO

import typer
from rich.text import Text

from imaging.printable import printable


def echo(text: str, *, err: bool = False) -> None:
    """Print one line, in which nothing steers the terminal."""
    typer.echo(printable(text), err=err)


def line(text: str, style: str = "") -> Text:
    """Return one line for a console or table, neither markup nor anything that steers the terminal."""
    return Text(printable(text), style=style)


def print_json(text: str) -> None:
    """Print a JSON document: as it is where standard output can write it, else with what it cannot as `\\u` escapes."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in text)
    sys.stdout.write(text + "\n")


def write_what_it_can(*streams: TextIO | None) -> None:
    """Let a stream write what it has no letters for as an escape: a table is not worth a run that ends with 1."""
    for stream in streams:
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
