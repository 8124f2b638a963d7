"""Orders at vendors that keep them: noted in the ledger before they are placed, and placed once.

How an order is found again after a kill is in `earlier_orders`.
"""

from prefect.logging import get_run_logger
from pydantic import BaseModel, ConfigDict

from blocks.delivery.measuring import measured
from blocks.delivery.terms import RunTerms
from blocks.records.ledger import Attempt, Ledger
from blocks.result_storage import run_records
from blocks.run import current_run
from blocks.vendors.registry import VENDORS
from imaging.errors import NotAccepted, NotDelivered, ProviderRefused, UnsafeDownload
from imaging.spec import ImageSpec


class Started(BaseModel):
    """A prediction that is under way or done; `created` tells whether it was created just now, or found."""

    model_config = ConfigDict(frozen=True)

    prediction_id: str
    attempt: Attempt
    created: bool

    @classmethod
    def of(cls, attempt: Attempt, *, created: bool) -> "Started":
        """Return the prediction of an attempt that has one."""
        return cls(prediction_id=str(attempt.prediction_id), attempt=attempt, created=created)


class Ended(BaseModel):
    """An earlier prediction that came to nothing, and why. `charged`: it is paid for all the same."""

    model_config = ConfigDict(frozen=True)

    prediction_id: str
    why: str
    charged: bool


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
                prediction_id = current_run().services.orders_at(spec.provider).create(spec)
        except UnsafeDownload as unusable:  # it has been accepted
            ledger.refuse(spec, attempt, unusable)
            raise
        except (ProviderRefused, NotDelivered, NotAccepted) as refused:
            if attempt != last:  # an earlier create of the same attempt may yet have been accepted
                ledger.refuse(spec, attempt, refused)
            raise
        get_run_logger().info(
            "%s: ordered from %s, %s, prediction %s, %.3f USD",
            spec.name, VENDORS[spec.provider].label, spec.model, prediction_id, spec.price_usd,
        )  # fmt: skip
        return Started.of(ledger.settle(spec, attempt, prediction_id), created=True)
