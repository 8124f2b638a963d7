"""Preparation of a command's process, before large imports."""

import importlib
import logging
import os
import sys

from blocks.observability.terminal import escape_unencodable


def prepare_process() -> None:
    """Prepare environment, streams and logging, before Prefect is imported.

    Prefect's console log is switched off, since it would mix tracebacks into our output; the UI has all of it.
    IMAGES_LOG switches it on.
    """
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", os.environ.get("IMAGES_LOG", "CRITICAL"))
    os.environ.setdefault("DO_NOT_TRACK", "1")  # switch off Prefect's telemetry
    if any(name.lower().endswith("_proxy") for name in os.environ):
        from blocks.network.proxies import bypass_for_this_machine

        bypass_for_this_machine()
    escape_unencodable(sys.stdout, sys.stderr)
    # It would warn of a bad line in `.env` with every read; our settings report the line once.
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    _import_replicate_despite(os.environ.get("REPLICATE_POLL_INTERVAL", "0.5"))


def _import_replicate_despite(interval: str) -> None:
    """Import the package, which fails for an invalid variable, without it, so that the settings can report it."""
    try:
        float(interval)
    except ValueError:
        del os.environ["REPLICATE_POLL_INTERVAL"]
        importlib.import_module("replicate")
        os.environ["REPLICATE_POLL_INTERVAL"] = interval
