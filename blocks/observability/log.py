"""Structured logs: every line of a run has its tenant, slug and image as fields, and can be written as JSON.

The fields are taken from the current run, so that Prefect's own lines have them as well:

    tenant, slug    of the article: by the image's spec within a task, else by the run's name
    image           its name, if the line is about one
"""

import logging
from typing import Any

from prefect.context import TaskRunContext
from prefect.logging.handlers import PrefectConsoleHandler
from pythonjsonlogger.json import JsonFormatter

from blocks.observability.terminal import logs_are_json
from imaging.sanitizing.printable import printable
from imaging.spec import ImageSpec

FIELDS = ("tenant", "slug", "image")
NOTICE = "notice"
"""The attribute of log lines that the command line always shows: costs that were not requested explicitly."""
PROGRESS = "progress_of"
"""The attribute of log lines that a terminal shows: progress of `pictures`, `articles`, `addresses` or `locks`."""

_RUN_FIELDS = ("flow_name", "flow_run_name", "flow_run_id", "task_name", "task_run_name", "task_run_id")


class PrintableRecord(logging.LogRecord):
    """A log record whose message is one line without control characters, even with untrusted text in it.

    Not done in a handler or formatter, since there are several, and Prefect may replace them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            lines = logging.Formatter().formatException(self.exc_info).split("\n")
            self.exc_text = "\n".join(map(printable, lines))

    def getMessage(self) -> str:  # noqa: N802 - the base class's name
        """Return the message."""
        return printable(super().getMessage())


class _Fields(logging.Filter):
    """Adds the fields to a record, without overwriting existing ones."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in _about(record).items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


class _NoRoutine(logging.Filter):
    """Drops Prefect's line that a task has ended well: some twenty an article, and each task run shows its state."""

    _LINES = frozenset(f"Finished in state {state}" for state in ("Completed()", "Cached(type=COMPLETED)"))

    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg not in self._LINES


class JsonLines(JsonFormatter):
    """Formats each record as a JSON object: time, level, logger, message, and the known fields of run and image."""

    def __init__(self) -> None:
        known = ("levelname", "name", "message", *FIELDS, *_RUN_FIELDS)
        rename = {"levelname": "level", "name": "logger"}
        super().__init__(known, style="sequence", rename_fields=rename, timestamp="time")

    def add_fields(self, log_record: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Leave out empty fields, and attributes that other libraries add to records."""
        super().add_fields(log_record, record, message_dict)
        known = {"time", "level", "logger", "message", "exc_info", *FIELDS, *_RUN_FIELDS}
        for name in [name for name, value in log_record.items() if value is None or name not in known]:
            del log_record[name]


_FIELDS, _NO_ROUTINE = _Fields(), _NoRoutine()


def structured_logs() -> None:
    """Make all records printable, add the fields to those of runs, and drop those that a task has ended well.

    With `IMAGES_LOG_FORMAT=json`, write JSON instead of Prefect's lines.
    """
    logging.setLogRecordFactory(PrintableRecord)
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).addFilter(_FIELDS)
    logging.getLogger("prefect.task_runs").addFilter(_NO_ROUTINE)
    if logs_are_json():
        for handler in logging.getLogger().handlers:
            if isinstance(handler, PrefectConsoleHandler):
                handler.setFormatter(JsonLines())


def _about(record: logging.LogRecord) -> dict[str, str]:
    task = TaskRunContext.get()
    spec = task.parameters.get("spec") if task else None
    if isinstance(spec, ImageSpec):
        return {"tenant": spec.user_id, "slug": spec.slug, "image": spec.name}
    tenant, slash, slug = getattr(record, "flow_run_name", "").partition("/")
    # A deployment's run may have another name before it begins.
    return {"tenant": tenant, "slug": slug} if slash and getattr(record, "flow_name", "") == "article-images" else {}
