"""The console script `article-images`. Commands are declared here, and do their work in `flows/commands`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer.core import TyperOption
from typer.exceptions import TyperException

from blocks.observability.terminal import echo, print_json
from flows import cli_installation, cli_results, cli_tenants
from flows.commands.process_start import prepare_process
from flows.exit_codes import BAD_INPUT, COMPLETE, DEGRADED, OTHER
from flows.lifecycle.stop_signals import signals_held
from imaging.errors import ConfigurationError, ImagesError, InvalidInput, StorageRefused
from imaging.kinds import Kind
from imaging.web_address import is_web_address

Only = Annotated[
    list[str] | None, typer.Option(help=f"Only these kinds: {', '.join(Kind)}; repeatable or a comma list")
]
WriteBack = Annotated[
    bool, typer.Option("--write-back", help="Write the pictures into the article's own Markdown file")
]
Dialect = Annotated[
    str | None,
    typer.Option(help="The file's system for --write-back: hugo, jekyll, astro...; else found out"),
]
Language = Annotated[
    str | None, typer.Option(help="Of articles that name none: de, en; else it is found from each text")
]

_COMPLETION = {"install_completion", "show_completion"}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Make, store and show every picture of an article.",
    epilog="article-images COMMAND --help shows its options, --install-completion teaches the shell all of them.",
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        python = ".".join(map(str, sys.version_info[:3]))
        echo(f"article-images {version('article-images')} (Prefect {version('prefect')}, Python {python})")
        raise typer.Exit


@app.callback()
def _commands(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the versions of this, Prefect and Python", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Make, store and show every picture of an article."""


@app.command()
def run(  # noqa: PLR0917 - a command's options, all by name
    article: Annotated[
        str, typer.Argument(help="Markdown, JSON, the address of an article's page, or - (either on standard input)")
    ],
    user_id: Annotated[str | None, typer.Option(help="Tenant; wins over the article's own")] = None,
    only: Only = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Make cached pictures again; pays again")] = False,
    max_usd: Annotated[
        float | None, typer.Option(min=0, help="Refuse to spend more than this; on a terminal, ask before")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Copy the files into this folder too")] = None,
    write_back: WriteBack = False,
    dialect: Dialect = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the image set as JSON, nothing else")] = False,
) -> None:
    """Make every picture of one article."""
    from flows.commands.arguments import article_in, chosen_kinds, read_article
    from flows.commands.output.status_line import status_line
    from flows.commands.write_back import article_file, check_dialect

    check_dialect(dialect, write_back=write_back)
    file = article_file(article, dialect) if write_back else None
    kinds = chosen_kinds(only)
    read = None if is_web_address(article) else read_article(article, user_id)
    with status_line("loading"):
        if read is None:
            from flows.commands.web_article import web_article

            read = article_in(web_article(article), user_id)
        from flows.commands.run import RunOptions, run_flow

        options = RunOptions(kinds, refresh, max_usd, output, is_written_back=write_back)
        image_set, server = run_flow(read, options)
    try:
        for line in file.written_back(image_set, output) if file else ():
            echo(line, err=as_json)
    finally:  # what was made is shown, whether or not the file could be written
        if as_json:
            print_json(image_set.model_dump_json(indent=1))
        else:
            from flows.commands.output.report import print_report

            print_report(image_set, server)
    raise typer.Exit(COMPLETE if image_set.status == "complete" else DEGRADED)


@app.command()
def plan(
    source: Annotated[
        str,
        typer.Argument(metavar="ARTICLE|SOURCE", help="An article as for run, or a source of many as for backlog"),
    ],
    user_id: Annotated[str | None, typer.Option(help="Tenant, as for run and backlog")] = None,
    only: Only = None,
    language: Language = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON, nothing else")] = False,
) -> None:
    """Show what would be made, reused and made again, and what it costs. Spends nothing."""
    from blocks.sources.exports import is_export
    from flows.commands.arguments import STDIN, article_in, check_tenant, chosen_kinds, chosen_language, read_article
    from flows.commands.output.status_line import status_line

    kinds, language = chosen_kinds(only), chosen_language(language)
    check_tenant(user_id)
    is_article = source == STDIN or (Path(source).is_file() and not is_export(Path(source)))
    article = read_article(source, user_id) if is_article else None
    with status_line("planning"):
        if is_web_address(source):
            from flows.commands.web_article import article_or_feed

            article = article_in(reading, user_id) if (reading := article_or_feed(source)) else None
        from flows.commands import plan as plans

        planned = plans.plan_article(article, kinds) if article else plans.plan_source(source, user_id, kinds, language)
    print_json(planned.model_dump_json(indent=1)) if as_json else plans.print_plan(planned)


@app.command()
def backlog(  # noqa: PLR0917 - a command's options, all by name
    source: Annotated[
        str | None,
        typer.Argument(
            help="A folder, a feed's address, an export, or bucket:FOLDER; none: the variable images_sources"
        ),
    ] = None,
    user_id: Annotated[str | None, typer.Option(help="The articles' tenant; one that names another is refused")] = None,
    at_once: Annotated[int, typer.Option(min=0, max=64, help="Articles at the same time; 0: as many as fit")] = 0,
    shards: Annotated[int, typer.Option(min=1, max=16, help="Runs to split the backlog into, if deployed")] = 1,
    only: Only = None,
    recheck: Annotated[bool, typer.Option("--recheck", help="Run completed articles as well")] = False,
    language: Language = None,
    output: Annotated[Path | None, typer.Option(help="For --write-back: copy the files into this folder")] = None,
    write_back: WriteBack = False,
    dialect: Dialect = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, nothing else")] = False,
) -> None:
    """Make every picture of many articles; skips completed ones."""
    from flows.commands.arguments import check_tenant, chosen_kinds, chosen_language
    from flows.commands.output.status_line import status_line
    from imaging.articles.sources import checked_source

    kinds = chosen_kinds(only)
    source = None if source is None else checked_source(source)
    language = chosen_language(language)
    check_tenant(user_id)
    from flows.commands.backlog_write_back import FAILED, folder_write_back

    into = folder_write_back(source, user_id, kinds, dialect, output, write_back=write_back)
    with status_line("loading"):
        from flows.commands.backlog import print_backlog, run_backlog

        report, written = run_backlog(
            source, user_id, at_once=at_once, shards=shards, only=kinds, recheck=recheck, language=language,
            write_back=into,
        )  # fmt: skip
    for line in written:
        echo(line, err=as_json)
    print_json(report.model_dump_json(indent=1)) if as_json else print_backlog(report)
    is_complete = report.status == "complete" and not any(line.startswith(FAILED) for line in written)
    raise typer.Exit(COMPLETE if is_complete else DEGRADED)


for commands in (cli_results, cli_installation, cli_tenants):
    commands.add_to(app)


def _command() -> Callable[..., int | None]:
    """Return the command line; the options for shell completion work, and are not in its help.

    It is called with `standalone_mode=False`, and returns an exit code, None for success.
    """
    command = typer.main.get_command(app)
    for option in command.params:
        if isinstance(option, TyperOption) and option.name in _COMPLETION:
            option.hidden = True
    return command


def _leave_wrongly_called(error: TyperException) -> NoReturn:
    """End after a call that is none; one with nothing at all has shown the help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.exit(BAD_INPUT)
    from flows.commands.usage_errors import in_words

    _leave(BAD_INPUT, in_words(error))


def _leave(code: int, message: str) -> NoReturn:
    echo(f"article-images: {message}", err=True)
    sys.exit(code)


def main() -> None:
    """Run the command line, and convert every error and signal to one line and an exit code."""
    prepare_process()
    try:
        with signals_held():
            sys.exit(_command()(standalone_mode=False) or COMPLETE)
    except TyperException as error:
        _leave_wrongly_called(error)
    except typer.Abort:
        _leave(OTHER, "not confirmed: nothing was done")
    except (InvalidInput, ConfigurationError) as error:
        _leave(BAD_INPUT, str(error))
    except StorageRefused as refused:
        _leave(BAD_INPUT, str(refused.named()))
    except ImagesError as error:
        _leave(OTHER, str(error))
    except BrokenPipeError:
        sys.exit(OTHER)
    except Exception as error:
        if os.environ.get("IMAGES_LOG"):
            raise
        message = " ".join(str(error).split())[:300]
        _leave(OTHER, f"{type(error).__name__}: {message} (IMAGES_LOG=DEBUG shows more)")
