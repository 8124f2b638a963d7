"""Pictures by Chutes: one call answers with the bytes, which are stored at once.

Cache: on the spec's digest; what was refused, in the ledger. Needs the block `chutes` (or `CHUTES_API_KEY`).
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from prefect import task
from prefect.runtime import task_run

from blocks.records.ledger import Attempt, Ledger
from blocks.result_storage import run_records
from blocks.storage.spool import Arrived
from blocks.toolbox import toolbox
from blocks.vendors.chutes import Chutes
from imaging.errors import BadPicture, ConfigurationError, ImagesError, NotDelivered, ProviderBusy
from imaging.pictures.picture import Picture
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.billing import Bill
from tasks.measuring import measured
from tasks.moderation import seed_changed_once
from tasks.policy import CACHED, IMAGE, RETRIED, Terms
from tasks.receipts import uploaded_before
from tasks.storing import Made, delivered, keep, kept_before


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture, when it arrived, and the spec that was asked for."""

    asked: ImageSpec
    picture: Picture
    at: datetime


@task(**IMAGE, **CACHED, **RETRIED)
def generate_comparison(spec: ImageSpec, terms: Terms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, made by Chutes and stored: `earlier` where it already lies in the bucket."""
    if made := earlier or kept_before(spec, terms) or uploaded_before(spec, terms):
        for one in (spec, spec.reseeded):  # a run may have been killed when it had stored this
            toolbox().spool.forget(one.digest)
        return made
    block = toolbox().chutes
    if block is None:
        raise ConfigurationError("CHUTES_API_KEY: is not set where this task runs")
    # A retry of this very task must not pay again for what its first try has had refused.
    terms = terms if task_run.run_count == 1 else replace(terms, anew=False)
    bill = Bill(Ledger(run_records()))
    try:
        ask = partial(_fetched, block, terms, bill)
        fetched, note = seed_changed_once(ask, spec, may_ask_twice=spec.name not in terms.single)
    except ProviderBusy:
        raise  # it is tried again, and what has come to an end is reported then
    except ImagesError as error:
        error.costing(bill.usd)
        bill.close()
        raise
    made = keep(spec, fetched.picture, terms, cost_usd=bill.usd, created=fetched.at, note=note)
    bill.close()
    toolbox().spool.forget(fetched.asked.digest)
    return made


def _fetched(block: Chutes, terms: Terms, bill: Bill, spec: ImageSpec) -> Fetched:
    """Return the picture that Chutes answers with. One that was refused before is not asked for again.

    Raises NotDelivered and BadPicture, which are remembered.
    """
    ledger, spool = bill.ledger, toolbox().spool
    last = ledger.last(spec)
    if last and (refusal := last.refusal):
        spool.forget(spec.digest)  # a run was killed between noting that and this
        if not terms.anew:
            bill.add(spec, last)
            raise refusal
        last = ledger.begin(spec, last)
    attempt = last or Attempt(at=datetime.now(UTC))
    data = None
    try:
        arrived = spool.arrived(spec.digest) or toolbox().gates[spec.provider].pay(partial(_generated, block, spec))
        data = arrived.data
        picture = delivered(data)
    except (NotDelivered, BadPicture) as refused:
        # A prompt may be turned down before anything is made, which costs nothing.
        is_paid = data is not None or bool(refused.cost_usd)
        refused.cost_usd = 0.0  # the bill has it
        attempt = ledger.refuse(spec, attempt.model_copy(update={"answered": is_paid}), refused)
        spool.forget(spec.digest)
        bill.add(spec, attempt)
        raise
    bill.charge(spec.price_usd)
    if last:
        bill.add(spec, last)
    return Fetched(spec, picture, arrived.at)


def _generated(block: Chutes, spec: ImageSpec) -> Arrived:
    """Ask Chutes, and keep what it answers on this machine before anything is done with it: it is paid for."""
    toolbox().in_flight.may_pay()
    with measured("provider", spec):
        arrived = Arrived(block.generate(spec), datetime.now(UTC))
    with suppress(OSError):  # a full disk: the picture is at hand all the same
        toolbox().spool.arrive(spec.digest, arrived.data)
    return arrived
