"""Commands that are called wrongly: one line in our words, with what was given and the mend."""

import pytest
from typer.exceptions import TyperException

from flows.cli import _command
from flows.commands.usage_errors import in_words


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("run", "ARTICLE: is missing (article-images run --help shows what it takes)"),
        ("run x --nope", "--nope: there is no such option ("),
        ("run x --outpt y", "--outpt: there is no such option: did you mean --output? ("),
        ("run a b", "b: is too much: a value with spaces needs quotes ("),
        ("run x --max-usd much", "--max-usd: must be a number, not 'much' ("),
        ("run x --max-usd -1", "--max-usd: must be at least 0, not '-1' ("),
        ("run x --only", "--only: needs a value ("),
        ("run x --json=1", "--json: takes no value ("),
        ("backlog x --at-once 99", "--at-once: must be at most 64, not '99' ("),
        ("up --port x", "--port: must be a whole number, not 'x' ("),
        ("rnu", "rnu: there is no such command: did you mean run? ("),
        ("qqqqq", "qqqqq: there is no such command ("),
    ],
)
def test_a_wrong_call_is_told_in_one_line_of_ours(arguments: str, says: str) -> None:
    """Nothing of the words of the command line's library, nor of its validator, is shown."""
    with pytest.raises(TyperException) as error:
        _command()(arguments.split(), standalone_mode=False, prog_name="article-images")
    words = in_words(error.value)
    assert words.startswith(says)
    assert "\n" not in words
