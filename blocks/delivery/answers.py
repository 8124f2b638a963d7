"""Answers of vendors that send the picture itself: kept on this machine until they are stored or refused."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from blocks.delivery.billing import Bill
from blocks.delivery.measuring import measured
from blocks.delivery.storing import delivered
from blocks.delivery.terms import RunTerms
from blocks.records.ledger import Attempt
from blocks.run import current_run
from blocks.storage.spool import Arrived
from blocks.vendors.registry import AnswersAtOnce
from imaging.errors import BadPicture, NotDelivered
from imaging.pictures.picture import Picture
from imaging.spec import ImageSpec


@dataclass(frozen=True, slots=True)
class Received:
    """A picture, when it arrived, and the spec that was asked for."""

    asked: ImageSpec
    picture: Picture
    at: datetime


def forget_answers(spec: ImageSpec) -> None:
    """Forget answers that are kept for `spec`: its picture is stored."""
    for one in (spec, spec.reseeded):
        current_run().services.spool.forget(one.digest)


def received(vendor: AnswersAtOnce, terms: RunTerms, bill: Bill, spec: ImageSpec) -> Received:
    """Return the picture that the vendor answers with. One that was refused before is not asked for again.

    Raises NotDelivered and BadPicture, which are remembered.
    """
    run, ledger = current_run(), bill.ledger
    spool = run.services.spool
    last = ledger.last(spec)
    if last and (refusal := last.refusal):
        spool.forget(spec.digest)  # a run was killed between noting that and this
        if not terms.refresh:
            bill.add(spec, last)
            raise refusal
        last = ledger.begin(spec, last)
    attempt = last or Attempt(at=datetime.now(UTC))
    data = None
    try:
        arrived = spool.arrived(spec.digest) or run.gates[spec.provider].pay(partial(_generated, vendor, spec))
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
    return Received(spec, picture, arrived.at)


def _generated(vendor: AnswersAtOnce, spec: ImageSpec) -> Arrived:
    """Ask the vendor, and keep its answer on this machine before anything is done with it: it is paid for."""
    run = current_run()
    run.in_flight.may_pay()
    with measured("provider", spec):
        arrived = Arrived(vendor.generate(spec), datetime.now(UTC))
    with suppress(OSError):  # a full disk: the picture is at hand all the same
        run.services.spool.arrive(spec.digest, arrived.data)
    return arrived
