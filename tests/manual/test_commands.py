"""The commands in the manual can be typed as they stand there."""

import ast
import re
import shlex
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from prefect.cli._app import _app as prefect_app

from flows.cli import app
from tests import ROOT
from tests.manual.documents import DOCS, README, by_document, code, commands, quoted, table
from tests.world import CommandLine

CLI: Any = typer.main.get_command(app)
OURS = "article-images"
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _leaves(command: Any, path: str = "") -> dict[str, Any]:
    below = getattr(command, "commands", None)
    if below is None:
        return {path: command}
    return {names: leaf for name in below for names, leaf in _leaves(below[name], f"{path} {name}".strip()).items()}


COMMANDS = _leaves(CLI)
"""Each command of the command line by the words that name it: `run`, `brand set`."""


def _options(path: str) -> set[str]:
    return {name for parameter in COMMANDS[path].params for name in parameter.opts if name.startswith("--")}


def _found(words: list[str]) -> tuple[str, list[str]]:
    """Return the path of our command that these words name, and the words behind it."""
    path = next((path for path in COMMANDS if words[: path.count(" ") + 1] == path.split()), None)
    assert path is not None, words
    return path, words[path.count(" ") + 1 :]


@by_document
def test_every_command_is_accepted(document: Path) -> None:
    """What stands in a block of shell commands is parsed by our command line and by Prefect's, and is a make target."""
    for program, *words in commands(document):
        match Path(program).name:
            case "article-images":
                path, rest = _found(words)
                COMMANDS[path].make_context(path, list(rest))  # parses, and calls nothing
            case "prefect":
                flags = ["--no-prompt"]  # of `prefect` itself
                prefect_app.parse_args([word for word in words if word not in flags], exit_on_error=False)
            case "make":
                assert {word for word in words if "=" not in word} <= TARGETS


@by_document
def test_every_option_in_the_text_exists(document: Path) -> None:
    """A command in backticks names options that it has; a make target in backticks exists."""
    for text in quoted(document):
        words = text.removeprefix(".venv/bin/").removeprefix(f"{OURS} ").split()
        if words[:1] == ["make"] and len(words) > 1:
            assert {word for word in shlex.split(text)[1:] if word.isalpha() and word.islower()} <= TARGETS, text
        elif words and words[0] in {path.split()[0] for path in COMMANDS} and "--" in text:
            path, rest = _found(words)
            assert {word for word in rest if word.startswith("--")} <= _options(path), text


@pytest.mark.parametrize("path", COMMANDS)
def test_each_command_is_documented_with_its_options(path: str) -> None:
    """docs/cli.md has a section for each command, with those options in its table that the command has."""
    assert f"# {path}\n" in (DOCS / "cli.md").read_text()
    assert {name.split()[0] for name in table(DOCS / "cli.md", path) if name.startswith("--")} == _options(path)


@pytest.mark.timeout(900)  # two runs, a plan and a backlog, each a start of Prefect's server
def test_a_newcomer_can_follow_the_readme(cli: CommandLine, painted: Path) -> None:
    """README's article, saved where it says, is planned, made, found again and taken for a backlog by its commands."""
    (article,) = code(README, "markdown")
    Path("articles").mkdir()
    for path in ("my-article.md", "articles/my-article.md"):
        Path(path).write_text(article)
    typed = [words for program, *words in commands(README) if program.endswith(OURS)]
    assert [words[0] for words in typed] == ["plan", "run", "run", "backlog"]
    for words in typed:
        done = cli(*words)
        assert done.returncode == 0, f"{shlex.join(words)}: {done.stderr}"
    assert list(Path("pictures").rglob("hero.png"))


@by_document
def test_python_examples_import_what_there_is(document: Path) -> None:
    """A block of Python can be compiled, and what it imports exists."""
    for block in code(document, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                assert all(hasattr(import_module(str(node.module)), name.name) for name in node.names)


def test_make_knows_the_first_commands() -> None:
    """README's `make` commands can be made by the Makefile."""
    for program, *words in commands(README):
        if program == "make":
            subprocess.run(
                ["make", "--dry-run", "--directory", ROOT, *words], check=True, capture_output=True, timeout=60
            )
