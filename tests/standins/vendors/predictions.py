"""Predictions as Replicate keeps them: their life by the clock, their JSON, and the newest-first list."""

import base64
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.standins.faults import Fault

from .models import Model

NSFW = "NSFW content detected. Try running it again, or try a different prompt."
_INTERRUPTED = "Prediction interrupted; please retry (code: PA)"
_ENDED = {"failed": "failed", "nsfw": "failed", "aborted": "aborted", "canceled": "canceled"}


@dataclass
class Prediction:
    """One accepted, and so paid, prediction. Its status follows the clock: nothing has to be ticked."""

    made_by: Model
    input: Mapping[str, Any]
    delay: float
    """Seconds until it ends; the first quarter of them it is `starting`."""
    outcome: Fault | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(13))
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _born: float = field(default_factory=time.monotonic)
    _canceled_after: float | None = None
    _removed: bool = False

    @property
    def model(self) -> str:
        """`owner/name`."""
        return self.made_by.name

    @property
    def kind(self) -> str:
        """The outcome that a fault has set, or `succeeded`."""
        return "succeeded" if self.outcome is None else self.outcome.kind

    @property
    def status(self) -> str:
        """`starting`, `processing`, `succeeded`, `failed`, `canceled` or `aborted`, at this moment."""
        if self._canceled_after is not None:
            return "canceled"
        age = time.monotonic() - self._born
        if age < self.delay / 4:
            return "starting"
        if age < self.delay or self.kind == "stuck":
            return "processing"
        return _ENDED.get(self.kind, "succeeded")

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in {"starting", "processing"}

    @property
    def removed(self) -> bool:
        """Whether input, output and files are gone once it has ended, as the vendor has it after one hour."""
        return self._removed or self.kind == "gone"

    @property
    def pictures(self) -> int:
        """How many files it makes."""
        return 1 if self.made_by.one_string else int(self.input.get("num_outputs", 1))

    def cancel(self) -> bool:
        """Stop it; False when it had ended already."""
        if self.ended:
            return False
        self._canceled_after = time.monotonic() - self._born
        return True

    def advance(self, seconds: float) -> None:
        """Be so many seconds older at once."""
        self._born -= seconds

    def expire(self) -> None:
        """Delete input, output and files, as one hour does."""
        self._removed = True

    def json(self, api: str, cdn: str, status: str | None = None) -> dict[str, Any]:
        """The vendor's body, at this moment or, where `status` is given, as it was in that state."""
        status = status or self.status
        running, ended = status != "starting", status not in {"starting", "processing"}
        removed = ended and self.removed
        seconds = self.delay if self._canceled_after is None else self._canceled_after
        url = f"{api}/v1/predictions/{self.id}"
        return {
            "id": self.id,
            "model": self.model,
            "version": "hidden",
            "input": {} if removed else dict(self.input),
            "logs": "" if removed or not running else "Using seed: 42\n",
            "output": self._output(cdn) if status == "succeeded" and not removed else None,
            "data_removed": removed,
            "error": self._error() if ended else None,
            "status": status,
            "source": "api",
            "created_at": _stamp(self.created_at),
            "started_at": _stamp(self.created_at + timedelta(seconds=self.delay / 4)) if running else None,
            "completed_at": _stamp(self.created_at + timedelta(seconds=seconds)) if ended else None,
            "metrics": {"predict_time": seconds, "total_time": seconds} if ended else {},
            "urls": {"cancel": f"{url}/cancel", "get": url, "web": f"https://replicate.com/p/{self.id}"},
        }

    def _error(self) -> str | None:
        if self.outcome is None or self._canceled_after is not None:
            return None
        default = {"failed": _INTERRUPTED, "nsfw": NSFW, "aborted": "Prediction aborted (code: E9825)"}
        error = self.outcome.options.get("error", default.get(self.kind))
        return None if error is None else str(error)

    def _output(self, cdn: str) -> Any:
        extension = self.made_by.extension(self.input)
        urls = [f"{cdn}/xezq/{self.id}/out-{number}.{extension}" for number in range(self.pictures)]
        match self.kind:
            case "output_null":
                return None
            case "output_dict":
                return {"images": urls}
            case "output" if self.outcome is not None:
                return self.outcome.options["output"]
        return urls[0] if self.made_by.one_string else urls


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


class Ledger:
    """All predictions, oldest first; the list pages through them from the newest."""

    def __init__(self) -> None:
        self._all: list[Prediction] = []
        self._lock = threading.Lock()

    def add(self, prediction: Prediction) -> None:
        """Accept a prediction."""
        with self._lock:
            self._all.append(prediction)

    def all(self) -> list[Prediction]:
        """A copy, oldest first."""
        with self._lock:
            return list(self._all)

    def find(self, prediction_id: str | None) -> Prediction | None:
        """The prediction with this id."""
        return next((one for one in self.all() if one.id == prediction_id), None)

    def page(self, cursor: str | None, size: int) -> tuple[list[Prediction], str | None, str | None]:
        """A page, newest first, and the cursors of the newer and of the older one.

        A cursor is a place in the ledger, not a page number: what is created meanwhile shifts nothing.
        Raises ValueError for a cursor that never came from here.
        """
        known = self.all()
        end = len(known) if cursor is None else int(base64.urlsafe_b64decode(cursor.encode()))
        start = max(0, end - size)
        newer = _cursor(min(len(known), end + size)) if end < len(known) else None
        return known[start:end][::-1], newer, _cursor(start) if start > 0 else None


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode()
