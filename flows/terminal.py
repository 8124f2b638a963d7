"""What is printed for people. All of it goes through here: words of others are in it nearly everywhere."""

import typer
from rich.text import Text

from imaging.printable import printable


def echo(text: str, *, err: bool = False) -> None:
    """Print one line, in which nothing steers the terminal."""
    typer.echo(printable(text), err=err)


def line(text: str, style: str = "") -> Text:
    """Return one line for a console or table, neither markup nor anything that steers the terminal."""
    return Text(printable(text), style=style)
