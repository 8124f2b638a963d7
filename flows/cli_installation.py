"""Commands on the installation: repair, up, setup, doctor. Declarations alone, as in `cli`."""

from typing import Annotated, cast

import typer

from blocks.observability.terminal import echo
from flows.exit_codes import COMPLETE, DEGRADED, OTHER
from flows.lifecycle.stop_signals import Stopped, run_apart
from imaging.text.counting import number_of


def repair() -> None:
    """Store pictures that were made while the bucket was unavailable."""
    from flows.commands.output.status_line import status_line

    with status_line("storing pictures"):
        from flows.commands.prefect_api import prefect_api

        with prefect_api():
            from flows.repair import repair as repair_flow

            counts = cast(dict[str, int], run_apart(repair_flow))
    echo(f"{number_of(counts['repaired'], 'picture')} stored, {counts['left']} left")
    raise typer.Exit(DEGRADED if counts["left"] else COMPLETE)


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the Prefect UI and API on 127.0.0.1")] = 4200,
) -> None:
    """Serve the whole local stack: Prefect server and UI, storage, all deployments. Ctrl-C ends it."""
    try:
        from flows.local_stack.signals import stopped_by_signals

        with stopped_by_signals():
            from flows.commands.misspelt import name_misspelt_variables
            from flows.local_stack.up import up as serve

            name_misspelt_variables()
            serve(port)
    except Stopped:
        echo("article-images up: stopped")


def setup() -> None:
    """Register block types, save blocks from the environment, create pool, limit, variables and automations."""
    from flows.commands.output.status_line import line_hidden, status_line

    with status_line("setting up"):
        from flows.commands.prefect_api import prefect_api

        with prefect_api():
            from blocks.provisioning.setup import setup as run_setup

            with line_hidden():
                for line in run_setup():
                    echo(line)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, nothing else")] = False,
) -> None:
    """Check the installation, and show how to fix problems. Spends nothing, and leaves nothing behind."""
    from flows.commands.output.status_line import status_line

    with status_line("loading"):
        from flows.commands.doctor import doctor as run_doctor
    raise typer.Exit(OTHER if run_doctor(as_json=as_json) else COMPLETE)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (repair, up, setup, doctor):
        app.command()(command)
