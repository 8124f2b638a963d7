"""The word on misspelt variables, which are ignored: a limit in one of them would limit nothing."""

from blocks.configuration.spelling import misspelt_variables
from blocks.observability.terminal import echo
from flows.commands.output.status_line import line_hidden
from imaging.sanitizing.printable import printable_name


def name_misspelt_variables() -> None:
    """Name on standard error the variables of the environment and `.env` that look like misspelt ones of ours."""
    for name, meant in misspelt_variables():
        told = f"{printable_name(name)}: there is no such variable, it is ignored: did you mean {meant}?"
        with line_hidden():
            echo(f"article-images: {told}", err=True)
