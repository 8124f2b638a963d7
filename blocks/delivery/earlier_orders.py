"""Orders of earlier runs, found again after a kill: by the id in the ledger, else in the vendor's list."""

import time
from datetime import UTC, datetime, timedelta

from prefect.logging import get_run_logger

from blocks.delivery.orders import Ended, Started
from blocks.delivery.terms import RunTerms
from blocks.records.ledger import Attempt, Ledger
from blocks.result_storage import run_records
from blocks.run import current_run
from imaging.spec import ImageSpec

LOOK_AGAIN_SECONDS = 5.0
_YOUNG = timedelta(minutes=1)  # an attempt of this run: one of an earlier run is in the list by now, or never


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
    return Started.of(last, created=False)


def adopted(spec: ImageSpec, last: Attempt) -> Started | None:
    """Find the prediction of an attempt that was not answered. It may be listed a moment after its create broke off."""
    found = _listed(spec, last)
    if found is None and datetime.now(UTC) - last.at < _YOUNG:
        time.sleep(LOOK_AGAIN_SECONDS)
        found = _listed(spec, last)
    return found


def _listed(spec: ImageSpec, last: Attempt) -> Started | None:
    ledger = Ledger(run_records())
    for found in current_run().services.orders_at(spec.provider).find(spec, last.at, last.newest):
        if ledger.adopts(spec, last, found):
            get_run_logger().info("%s: prediction %s, whose create was not answered, is adopted", spec.name, found)
            return Started.of(ledger.settle(spec, last, found), created=False)
    return None
