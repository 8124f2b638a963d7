"""Commands that are called wrongly: one line in our words, with what was given and the mend."""

from pathlib import Path

import pytest
from typer.exceptions import TyperException

from flows.cli import _command
from flows.commands.usage_errors import in_words
from flows.exit_codes import BAD_INPUT
from tests.world import CommandLine


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


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            ("run", "ftp://x.example/tea"),
            "ARTICLE: 'ftp://x.example/tea' is no file, and only http",
        ),
        (("run", "tea.md", "--output", "tea.md"), "--output: tea.md is a file: name a folder"),
        (("backlog", ".", "--language", "german"), "like de, or a tag like en-US, not 'german'"),
        (("usage", "--month", "2026-13"), "--month: '2026-13' is none; give YYYY-MM"),
        (("brand", "set", "acme", "--color", "red"), "--color: must be # and six hex digits, like #0a7d5a, not 'red'"),
        (("brand", "set", "acme", "--site-name", "x" * 300), "--site-name: must be at most "),
    ],
)
def test_a_wrong_value_is_told_by_its_option(
    call: tuple[str, ...], says: str, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message begins with what was typed on the command line, and says what was given and how to mend it."""
    monkeypatch.chdir(tmp_path)
    Path("tea.md").write_text("# Tea\n\nText.\n")
    done = cli(*call)
    assert (done.returncode, done.stdout) == (BAD_INPUT, "")
    assert says in done.stderr
    assert done.stderr.startswith("article-images: ")
