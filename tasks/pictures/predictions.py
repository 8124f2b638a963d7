"""Pictures by vendors that keep orders (Replicate): place an order and keep its id, then wait, fetch, store.

Cache: the picture on the spec's digest; the order in the ledger, where its id is written before anything is waited for,
so that a run that was killed collects what it paid for. Needs the block `replicate` (or `REPLICATE_API_TOKEN`).
"""

from dataclasses import dataclass, replace
from functools import partial

from prefect import task
from prefect.logging import get_run_logger
from prefect.runtime import task_run

from blocks.delivery.billing import Bill, billed
from blocks.delivery.earlier_orders import adopted, started_before
from blocks.delivery.fetching import fetch_picture
from blocks.delivery.measuring import measured
from blocks.delivery.orders import Ended, Started, order
from blocks.delivery.reseeding import seed_changed_once
from blocks.delivery.storing import Made, keep, kept_before
from blocks.delivery.terms import RunTerms
from blocks.network.data_uris import is_data_uri
from blocks.records.ledger import Attempt, Ledger
from blocks.result_storage import run_records
from blocks.run import current_run
from imaging.errors import (
    BadPicture,
    Interrupted,
    NotDelivered,
    PictureGone,
    PredictionEnded,
    PredictionStopped,
    ProviderBusy,
    ProviderError,
    UnsafeDownload,
)
from imaging.pictures.picture import Picture
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.task_options import CACHED, IMAGE, RETRIED, prediction_name

PAUSE_SECONDS = 2.0  # before what the vendor broke off is ordered once more


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture, its prediction, and the address that it came from (None: it came with the answer itself)."""

    attempt: Attempt
    picture: Picture
    address: str | None


@task(task_run_name=prediction_name, persist_result=False, **RETRIED)
def start_prediction(spec: ImageSpec, terms: RunTerms, ended: Ended | None = None) -> Started:
    """Place an order for `spec`, or find the one that was: it is paid for here, and nowhere else.

    Not cached by Prefect: after a kill between two records of one fact the staler one could win.
    Raises what it was refused with, without asking again, where the picture was refused before.
    """
    last = Ledger(run_records()).last(spec)
    if last and (started := started_before(last, terms, ended)):
        get_run_logger().info("%s: prediction %s of an earlier run is collected", spec.name, started.prediction_id)
        return started
    if last and last.lost and (found := adopted(spec, last)):
        return found
    return current_run().gates[spec.provider].pay(partial(order, spec, last, terms, ended))


@task(**IMAGE, **CACHED, **RETRIED)
def collect_prediction(spec: ImageSpec, terms: RunTerms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, made by its vendor and stored: `earlier` where the bucket has it already.

    Raises NotDelivered when another seed brought nothing either.
    """
    if made := earlier or kept_before(spec, terms):
        return made
    # A retry of this task must not pay again for what its first try has ordered.
    terms = terms if task_run.run_count == 1 else replace(terms, refresh=False)
    with billed(Ledger(run_records())) as bill:
        ask = partial(_fetched, terms, bill)
        fetched, reseeded = seed_changed_once(ask, spec, may_ask_twice=spec.name not in terms.order_once)
    attempt = fetched.attempt
    made = keep(
        spec,
        fetched.picture,
        terms,
        cost_usd=bill.usd,
        created=attempt.at,  # when it was ordered: of what a killed run has made, nothing else is known later
        prediction_id=attempt.prediction_id,
        provider_url=fetched.address,
        note="; ".join(filter(None, [attempt.note, reseeded])) or None,
    )
    bill.close()  # not before: what a killed run had not stored is collected, even by a refresh
    return made


def _fetched(terms: RunTerms, bill: Bill, spec: ImageSpec) -> Fetched:
    """Start or find `spec`'s prediction, wait for it, fetch its picture. What has come to an end goes onto the bill.

    Another one takes the place of an earlier run's that came to nothing, and once the place of this run's own that
    the vendor broke off.
    """
    started, ordered_again = _start(spec, terms, bill), False
    while True:
        try:
            return _fetch(spec, started, bill)
        except PredictionEnded as why:
            if refusal := started.attempt.refusal:  # looked at once more, but it is gone: it stays refused
                bill.add(spec, started.attempt)
                raise refusal from None
            if isinstance(why, PictureGone) and bill.ledger.is_kept(started.attempt):
                raise  # a later run may have it
            charged = not isinstance(why, PredictionStopped | Interrupted)
            if started.created:
                if ordered_again or not isinstance(why, Interrupted):
                    bill.add(spec, bill.ledger.end(spec, started.attempt), charged=charged)
                    raise
                ordered_again = True
                get_run_logger().warning("%s: ordered once more, since %s", spec.name, why)
                current_run().in_flight.pause(PAUSE_SECONDS)
            ended = Ended(prediction_id=started.prediction_id, why=str(why), charged=charged)
        started = _start(spec, terms, bill, ended)


def _start(spec: ImageSpec, terms: RunTerms, bill: Bill, ended: Ended | None = None) -> Started:
    try:
        return start_prediction(spec, terms, ended)
    except ProviderBusy as busy:
        raise ProviderError(str(busy)) from None  # the inner task has tried it all; the outer must not multiply that
    except (NotDelivered, BadPicture, UnsafeDownload):
        if last := bill.ledger.last(spec):
            bill.add(spec, last)
        raise


def _fetch(spec: ImageSpec, started: Started, bill: Bill) -> Fetched:
    """Wait for a prediction and fetch its picture. What is refused, by the vendor or by us, is remembered."""
    run, ledger, attempt = current_run(), bill.ledger, started.attempt
    try:
        with run.in_flight.waiting(spec.provider, started.prediction_id), measured("provider", spec):
            vendor = run.services.orders_at(spec.provider)
            pause = run.in_flight.pause
            address = vendor.collect(started.prediction_id, pause, spec.model, is_new=started.created)
        picture = fetch_picture(spec, address, kept=ledger.is_kept(attempt))
    except (NotDelivered, BadPicture, UnsafeDownload) as refused:
        bill.add(spec, ledger.refuse(spec, attempt, refused))
        raise
    if attempt.refused:
        attempt = ledger.accept(spec, attempt)
    bill.add(spec, attempt)
    return Fetched(attempt, picture, None if is_data_uri(address) else address)
