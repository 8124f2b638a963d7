"""Orders at vendors that keep them: noted before they are placed, found again after a kill, placed once."""

import time
from datetime import UTC, datetime, timedelta

from prefect.logging import get_run_logger
from pydantic import BaseModel, ConfigDict

from blocks.delivery.measuring import measured
from blocks.delivery.terms import RunTerms
from blocks.records.ledger import Attempt, Ledger
from blocks.result_storage import run_records
from blocks.run import current_run
from blocks.vendors.registry import VENDORS, KeepsOrders
from imaging.errors import NotAccepted, NotDelivered, ProviderRefused
from imaging.spec import ImageSpec

LOOK_AGAIN_SECONDS = 5.0
_YOUNG = timedelta(minutes=1)  # an attempt of this run: one of an earlier run is in the list by now, or never


class Started(BaseModel):
    """A prediction that is under way or done; `created` tells whether it was created just now, or found."""

    model_config = ConfigDict(frozen=True)

    prediction_id: str
    attempt: Attempt
    created: bool


class Ended(BaseModel):
    """An earlier prediction that came to nothing, and why. `charged`: it is paid for all the same."""

    model_config = ConfigDict(frozen=True)

    prediction_id: str
    why: str
    charged: bool


def adopted(spec: ImageSpec, last: Attempt) -> Started | None:
    """Find the prediction of an attempt that was not answered. It may be listed a moment after its create broke off."""
    found = _listed(spec, last)
    if found is None and datetime.now(UTC) - last.at < _YOUNG:
        time.sleep(LOOK_AGAIN_SECONDS)
        found = _listed(spec, last)
    return found


def _listed(spec: ImageSpec, last: Attempt) -> Started | None:
    ledger = Ledger(run_records())
    for found in _vendor(spec).find(spec, last.at, last.newest):
        if ledger.adopts(spec, last, found):
            get_run_logger().info("%s: prediction %s, whose create was not answered, is adopted", spec.name, found)
            return _started(ledger.settle(spec, last, found), created=False)
    return None


def order(spec: ImageSpec, last: Attempt | None, terms: RunTerms, ended: Ended | None) -> Started:
    """Create a prediction for `spec` and write its id down: this is what costs money."""
    run, ledger = current_run(), Ledger(run_records())
    note = f"made anew, since an earlier one came to nothing: {ended.why}" if ended else None
    carried_usd = last.carried_usd if last and ended and not ended.charged else None
    with run.in_flight.paying():
        attempt = ledger.begin(spec, last, terms.newest_orders.get(spec.provider), note, carried_usd)
        run.in_flight.may_pay()  # the note may have had to wait for the bucket, and the run was stopped meanwhile
        try:
            with measured("provider", spec):
                prediction_id = _vendor(spec).create(spec)
        except (ProviderRefused, NotDelivered, NotAccepted) as refused:
            if attempt != last:  # an earlier create of the same attempt may yet have been accepted
                ledger.refuse(spec, attempt, refused)
            raise
        get_run_logger().info(
            "%s: ordered from %s, %s, prediction %s, %.3f USD",
            spec.name, VENDORS[spec.provider].label, spec.model, prediction_id, spec.price_usd,
        )  # fmt: skip
        return _started(ledger.settle(spec, attempt, prediction_id), created=True)


def started_before(last: Attempt, terms: RunTerms, ended: Ended | None) -> Started | None:
    """Return the prediction of the last attempt, if it is still wanted. Raises what its picture was refused with.

    `--refresh` wants another one only when the last was delivered: what a killed refresh has ordered is collected.
    One that we have refused is looked at again as long as the vendor keeps it: that costs nothing, and our own limits
    may have been changed.
    """
    if terms.refresh and (last.billed or last.refused):
        return None
    can_be_looked_at = last.prediction_id and last.verdict == "unusable" and Ledger(run_records()).is_kept(last)
    if (refusal := last.refusal) and not can_be_looked_at:
        raise refusal
    if last.prediction_id is None or (ended and ended.prediction_id == last.prediction_id):
        return None
    return _started(last, created=False)


def _started(attempt: Attempt, *, created: bool) -> Started:
    return Started(prediction_id=str(attempt.prediction_id), attempt=attempt, created=created)


def _vendor(spec: ImageSpec) -> KeepsOrders:
    return current_run().services.orders_at(spec.provider)
