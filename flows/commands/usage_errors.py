"""Errors in how a command was called, in words for users: the argument or option, what was given, and the mend."""

import re
from typing import Any

from pydantic import ValidationError
from typer.exceptions import TyperException

from imaging.sanitizing.printable import printable
from imaging.validation import explain

_IN_OUR_WORDS = {
    r"No such option: (\S+).*": r"\1: there is no such option",
    r"No such command '(.+?)'\.?(?: Did you mean '(.+?)'\?)?.*": r"\1: there is no such command: did you mean \2?",
    r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)": r"\1: is too much: a value with spaces needs quotes",
    r"Option '(.+?)' requires .*": r"\1: needs a value",
    r"Option '(.+?)' does not take a value.*": r"\1: takes no value",
}


def in_words(error: TyperException) -> str:
    """Return an error of the command line's library in our words."""
    context, given = getattr(error, "ctx", None), str(getattr(error, "message", ""))
    command = getattr(context, "command_path", None) or "article-images"
    name, kind = _named(getattr(error, "param", None)), type(error).__name__
    if isinstance(error.__cause__, ValidationError):
        words = f"{name}: {explain(error.__cause__, shows_values=True)}"
    elif kind == "MissingParameter":
        words = f"{name}: is missing"
    else:
        words = " ".join(f"{name}: {given}".split()) if name else _ours(given)
    likely = ", ".join(getattr(error, "possibilities", None) or ())
    words += f": did you mean {likely}?" if likely else ""
    return printable(f"{words.removesuffix('.')} ({command} --help shows what it takes)")


def _ours(given: str) -> str:
    for theirs, ours in _IN_OUR_WORDS.items():
        if found := re.fullmatch(theirs, given, re.DOTALL):
            return found.expand(ours).removesuffix(": did you mean ?")
    return given


def _named(parameter: Any) -> str:
    """Return an option as it is typed, and an argument in capitals."""
    if parameter is None:
        return ""
    options = [one for one in getattr(parameter, "opts", ()) if one.startswith("--")]
    return options[0] if options else str(parameter.metavar or parameter.name).upper()
