"""The ledger: what was asked of Replicate for each picture, written down before money is spent.

A prediction's id can get lost in two ways: the answer to the create does not arrive, or the process is killed
before the id is written. So the attempt is noted first. An attempt without an id is looked for among the
account's recent predictions before another one is created.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.results import SharedResults
from imaging.spec import ImageSpec


class Attempt(BaseModel):
    """One attempt to create a prediction: when it began, and its id once that is known.

    `before` is the id of the prediction that it replaces, which must not be taken for the lost one. `billed`: a
    run has reported what it cost.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    prediction_id: str | None = None
    before: str | None = None
    billed: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """Attempts by spec, kept where the task results are."""

    results: SharedResults

    def last(self, spec: ImageSpec) -> Attempt | None:
        """Return the last attempt for `spec`, or None."""
        try:
            return Attempt.model_validate_json(self.results.read_path(_path(spec)))
        except (ValueError, ValidationError):
            return None

    def begin(self, spec: ImageSpec, last: Attempt | None) -> Attempt:
        """Note that a create is about to go out. One that was never found keeps its earlier time."""
        lost = last is not None and last.prediction_id is None
        attempt = Attempt(
            at=last.at if last and lost else datetime.now(UTC),
            before=last.before if last and lost else last.prediction_id if last else None,
        )
        self._note(spec, attempt)
        return attempt

    def settle(self, spec: ImageSpec, attempt: Attempt, prediction_id: str) -> str:
        """Note the id that the attempt led to, and return it."""
        self._note(spec, attempt.model_copy(update={"prediction_id": prediction_id}))
        return prediction_id

    def bill(self, spec: ImageSpec) -> float:
        """Return what the spec's prediction costs the run that reports it first, in USD: 0 for every later one."""
        last = self.last(spec)
        if last is None or last.billed:
            return 0.0
        self._note(spec, last.model_copy(update={"billed": True}))
        return spec.price_usd

    def _note(self, spec: ImageSpec, attempt: Attempt) -> None:
        self.results.write_everywhere(_path(spec), attempt.model_dump_json().encode())


def _path(spec: ImageSpec) -> str:
    return f"{spec.cache_key}.attempt"
