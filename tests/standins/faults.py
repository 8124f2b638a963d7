"""What can go wrong, in one small vocabulary for both vendors, and the queue of what is still to go wrong."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .messages import Call

STATUSES = frozenset({"400", "401", "402", "403", "404", "409", "422", "429", "500", "502", "503", "504"})
"""Error answers. Options: `detail`, and `retry_after` in seconds (for 429: 1; None omits it)."""

BEFORE = frozenset({"reset_before", "stall", "html", "redirect"})
"""Nothing was processed, nothing is paid:

- `reset_before`: RST.
- `stall`: silence for `seconds` (default: for as long as the client listens), then closed.
- `html`: a proxy's page with `status` 200.
- `redirect`: to `location` (default: the same URL) with `status` 302; with `times=3` it is a chain of three
  that ends in the true answer, with `times=None` a loop.
"""

AFTER = frozenset({"reset_after", "lost_answer", "truncated", "endless", "slow", "empty", "wrong_type"})
"""The request was processed, and paid for, but the answer does not arrive whole:

- `reset_after`: RST instead of an answer.
- `lost_answer`: silence for `seconds` (default: for as long as the client listens), then closed.
- `truncated`: half of what Content-Length promises, then closed.
- `endless`: no Content-Length, and the body goes on.
- `slow`: `bytes` (1024) at a time, `seconds` (0.05) apart.
- `empty`: 200 without a body. `wrong_type`: 200 with JSON of the wrong shape, or with `body`.
"""

PICTURES = frozenset({"bomb", "polyglot", "svg", "other_picture"})
"""Processed, and answered with a picture to refuse; `content_type` disguises it:

- `bomb`: a tiny PNG that declares 30000x30000 pixels.
- `polyglot`: a true picture with a web page behind it.
- `svg`: a drawing with a script in it.
- `other_picture`: the bytes of the option `data`.
"""

OUTCOMES = frozenset({"failed", "canceled", "aborted", "nsfw", "stuck", "gone", "output_null", "output_dict", "output"})
"""How a prediction ends, given with `where="create"`:

- `failed`, `canceled`, `aborted`: that status, with `error` as its text. `nsfw`: failed for moderation.
- `stuck`: processing for ever. `gone`: succeeded, but input, output and files deleted as after one hour.
- `output_null`, `output_dict`: succeeded with null, or with an object. `output`: succeeded with the option
  `output`, whatever it is: a foreign host, a private address.

Outcomes queue apart from the other faults: one create can both lose its answer and fail, and a refused
create uses up no outcome.
"""

ANSWERS = STATUSES | BEFORE | AFTER | PICTURES
ANYTHING = ANSWERS | OUTCOMES


@dataclass
class Fault:
    """One thing that goes wrong, `times` times; `fired` says how often it did."""

    where: str
    kind: str
    times: int | None
    match: Callable[[Call], object] | None
    options: Mapping[str, Any]
    fired: int = 0

    @property
    def processed(self) -> bool:
        """Whether the vendor did the work, and took the money; `paid=` overrides it, e.g. for a late 502."""
        return bool(self.options.get("paid", self.kind in AFTER | PICTURES))

    def fits(self, call: Call, kinds: frozenset[str]) -> bool:
        """Whether this fault is meant for this call and not used up."""
        if self.kind not in kinds or self.where != call.where:
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        return self.match is None or bool(self.match(call))


@dataclass
class Faults:
    """The faults still to come: the first that fits fires, in the order they were given."""

    places: frozenset[str]
    _queue: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        where: str,
        kind: str | int,
        times: int | None,
        match: Callable[[Call], object] | None,
        options: Mapping[str, Any],
    ) -> Fault:
        """Queue a fault; a misspelt one is refused here, because it would make a test pass for nothing."""
        if where not in self.places:
            raise ValueError(f"where={where!r} is none of {sorted(self.places)}")
        known = ANYTHING if where == "create" else ANSWERS
        if str(kind) not in known:
            raise ValueError(f"kind={kind!r} is none of {sorted(known)} for where={where!r}")
        fault = Fault(where, str(kind), times, match, options)
        with self._lock:
            self._queue.append(fault)
        return fault

    def take(self, call: Call, kinds: frozenset[str] = ANSWERS) -> Fault | None:
        """The fault that fires now, counted as fired; None when all is well."""
        with self._lock:
            for fault in self._queue:
                if fault.fits(call, kinds):
                    fault.fired += 1
                    return fault
        return None

    def clear(self) -> None:
        """From now on all is well."""
        with self._lock:
            self._queue.clear()
