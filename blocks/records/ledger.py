"""The ledger: orders for each picture, written down before money is spent.

A prediction's id can get lost in two ways: the answer to the create does not arrive, or the process is killed
before the id is written. So the attempt is noted first. An attempt without an id is looked for among the
account's recent predictions before another one is created; at a vendor that lists none (fal.ai), another one waits for
an hour. And of each prediction it is noted whose it is, since two tenants may ask for the very same picture.

What was refused is noted too, whichever vendor it came from: it is not ordered again until a refresh is asked for.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.records.records import Records
from imaging.errors import BadPicture, ImagesError, NotDelivered, StorageError, UnsafeDownload
from imaging.names import record_paths
from imaging.spec import ImageSpec

_KEPT = timedelta(hours=1)  # so long Replicate keeps what a prediction was made from, and what came of it
# Seconds in which the answer to another run's create arrives and is noted: its prediction is listed before that.
_ON_ITS_WAY = 2.0


class Attempt(BaseModel):
    """One attempt to create a prediction: when it began, and its id once that is known.

    `newest`: the id of the account's newest prediction before the run ordered any (empty: there was none; None: not
    known). `note`: why it was made although there was an earlier one. `refused`: why nothing came of it, and `verdict`
    whether another seed may help; without one the vendor has turned down the account, which passes. `sha256` is that of
    the bytes that were refused. `answered`: it was paid for, at a vendor that gives no ids. `ended`: its prediction
    failed. `billed`: a run has reported what it cost. `carried_usd`: what earlier attempts cost, not reported either.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    newest: str | None = None
    prediction_id: str | None = None
    note: str | None = None
    refused: str | None = None
    refused_at: datetime | None = None
    verdict: Literal["not delivered", "unusable"] | None = None
    sha256: str | None = None
    answered: bool = False
    ended: bool = False
    billed: bool = False
    carried_usd: float = 0.0

    @property
    def lost(self) -> bool:
        """Whether it may have led to a prediction whose id never arrived."""
        return self.prediction_id is None and self.refused is None

    @property
    def refusal(self) -> ImagesError | None:
        """The error to raise instead of ordering the same again, if its picture was refused."""
        if self.refused is None or not (self.verdict or self.prediction_id):  # older records have no verdict
            return None
        error = BadPicture(self.refused) if self.verdict == "unusable" else NotDelivered(self.refused)
        error.refused_at = self.refused_at or self.at
        return error

    def owed_usd(self, price_usd: float) -> float:
        """Return what no run has reported yet of what was spent, at the price of one picture."""
        is_paid = self.answered or self.prediction_id is not None
        return self.carried_usd + (price_usd if is_paid and not self.billed else 0.0)


class _Owner(BaseModel):
    """Whose a prediction is: the attempt that it was created by. A digest, since all tenants may read it."""

    model_config = ConfigDict(frozen=True)

    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """Attempts by spec, and owners by prediction, kept where the task results are."""

    records: Records

    def last(self, spec: ImageSpec) -> Attempt | None:
        """Return the last attempt for `spec`, or None."""
        try:
            return Attempt.model_validate_json(self.records.read(record_paths.attempt_path(spec)))
        except (ValueError, ValidationError):
            return None

    def begin(
        self,
        spec: ImageSpec,
        last: Attempt | None,
        newest: str | None = None,
        note: str | None = None,
        carried_usd: float | None = None,
    ) -> Attempt:
        """Note that a create is about to go out. One that was looked for in vain goes on, for as long as it can be.

        `carried_usd`: what is to be reported of the last one; None: all that it owes. Raises StorageError when it can
        be noted nowhere: then nothing is ordered.
        """
        now = datetime.now(UTC)
        if last and last.lost:
            if self.is_kept(last):
                return last
            note = f"made anew: no prediction is to be found of the order of {last.at:%Y-%m-%d %H:%M} UTC"
        if last and carried_usd is None:
            carried_usd = last.owed_usd(spec.price_usd)
        attempt = Attempt(at=now, newest=newest, note=note, carried_usd=carried_usd or 0.0)
        try:
            self.records.write(record_paths.attempt_path(spec), attempt.model_dump_json().encode())
        except OSError as error:
            raise StorageError(f"no order goes out that IMAGES_DATA_DIR cannot keep: {error.strerror}") from None
        return attempt

    def is_kept(self, attempt: Attempt) -> bool:
        """Return whether the vendor still keeps what the attempt led to."""
        return datetime.now(UTC) - attempt.at < _KEPT

    def adopts(self, spec: ImageSpec, attempt: Attempt, found: str) -> bool:
        """Return whether a prediction that was found in the list is this attempt's, and note it if so.

        Nobody else may have noted it, nor do so while answers that are on their way arrive.
        """
        owner = self._owner(found)
        if owner is None:
            self._own(spec, attempt, found)
            time.sleep(_ON_ITS_WAY)
            owner = self._owner(found)
        return owner in {None, _owner(spec, attempt)}

    def settle(self, spec: ImageSpec, attempt: Attempt, prediction_id: str) -> Attempt:
        """Note the id that the attempt led to. Whose it is comes first: from then on nobody else adopts it."""
        self._own(spec, attempt, prediction_id)
        return self._note(spec, attempt.model_copy(update={"prediction_id": prediction_id}))

    def refuse(self, spec: ImageSpec, attempt: Attempt, error: ImagesError) -> Attempt:
        """Note that nothing came of the attempt, and why; return it so. It is not looked for.

        Where it is the picture that was refused, by the vendor or by us, it is not ordered again either.
        """
        refused_at = attempt.refused_at or datetime.now(UTC)
        changes = {"refused": str(error), "refused_at": refused_at, "verdict": _verdict(error), "sha256": error.sha256}
        error.refused_at = refused_at if changes["verdict"] else None
        return self._note(spec, attempt.model_copy(update=changes))

    def accept(self, spec: ImageSpec, attempt: Attempt) -> Attempt:
        """Note that the attempt's picture, which was refused before, is accepted now."""
        return self._note(spec, attempt.model_copy(update={"refused": None, "refused_at": None, "verdict": None}))

    def end(self, spec: ImageSpec, attempt: Attempt) -> Attempt:
        """Note that the attempt's prediction has ended without a picture: the next run creates another."""
        return self._note(spec, attempt.model_copy(update={"ended": True}))

    def bill(self, spec: ImageSpec, attempt: Attempt) -> None:
        """Note that a run has reported what the attempt cost."""
        if not attempt.billed or attempt.carried_usd:
            self._note(spec, attempt.model_copy(update={"billed": True, "carried_usd": 0.0}))

    def _note(self, spec: ImageSpec, attempt: Attempt) -> Attempt:
        with suppress(OSError):  # bucket and disk both away: this run knows it, and its picture counts for more
            self.records.write(record_paths.attempt_path(spec), attempt.model_dump_json().encode())
        return attempt

    def _own(self, spec: ImageSpec, attempt: Attempt, prediction_id: str) -> None:
        with suppress(OSError):
            self.records.write(
                record_paths.prediction_path(prediction_id), _owner(spec, attempt).model_dump_json().encode()
            )

    def _owner(self, prediction_id: str) -> _Owner | None:
        try:
            return _Owner.model_validate_json(self.records.read(record_paths.prediction_path(prediction_id)))
        except (ValueError, ValidationError):
            return None


def _verdict(error: ImagesError) -> Literal["not delivered", "unusable"] | None:
    if isinstance(error, NotDelivered):
        return "not delivered"
    return "unusable" if isinstance(error, BadPicture | UnsafeDownload) else None


def _owner(spec: ImageSpec, attempt: Attempt) -> _Owner:
    return _Owner(digest=spec.digest, at=attempt.at)
