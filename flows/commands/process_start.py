"""How the process of a command begins: before anything large is imported."""

import importlib
import logging
import os
import sys

from blocks.observability.terminal import escape_unencodable


def prepare_process() -> None:
    """Do what must be done before Prefect is imported.

    Its console log would mix tracebacks into our output; the UI keeps all of it. IMAGES_LOG shows it here too.
    """
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", os.environ.get("IMAGES_LOG", "CRITICAL"))
    os.environ.setdefault("DO_NOT_TRACK", "1")  # Prefect's telemetry: no business of a command-line run
    if any(name.lower().endswith("_proxy") for name in os.environ):
        from blocks.network.proxies import bypass_for_this_machine

        bypass_for_this_machine()
    escape_unencodable(sys.stdout, sys.stderr)
    # It warns of a line in `.env` each time that anybody reads the file; our settings name the line, once.
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    _import_replicate_despite(os.environ.get("REPLICATE_POLL_INTERVAL", "0.5"))


def _import_replicate_despite(interval: str) -> None:
    """Let the settings say what is wrong with the variable: the package would fail at import."""
    try:
        float(interval)
    except ValueError:
        del os.environ["REPLICATE_POLL_INTERVAL"]
        importlib.import_module("replicate")
        os.environ["REPLICATE_POLL_INTERVAL"] = interval
