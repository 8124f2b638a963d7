"""Pictures by Replicate: create a prediction and keep its id, then wait for it, fetch it, store it.

Cache: the picture on the spec's digest; the prediction in the ledger, where its id is written before anything is
waited for, so that a run that was killed collects what it paid for. Needs the block `replicate` (or
`REPLICATE_API_TOKEN`).
"""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import task
from prefect.logging import get_run_logger
from prefect.runtime import task_run
from pydantic import BaseModel, ConfigDict

from blocks.network.data_uris import is_data_uri
from blocks.records.ledger import Attempt, Ledger
from blocks.result_storage import run_records
from blocks.toolbox import toolbox
from blocks.vendors.replicate import Replicate
from imaging.errors import (
    BadPicture,
    ConfigurationError,
    ImagesError,
    Interrupted,
    NotDelivered,
    PictureGone,
    PredictionEnded,
    PredictionStopped,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    UnsafeDownload,
)
from imaging.pictures.picture import Picture
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.billing import Bill
from tasks.fetching import fetch_picture
from tasks.measuring import measured
from tasks.moderation import seed_changed_once
from tasks.policy import CACHED, IMAGE, RETRIED, Terms, prediction_name
from tasks.storing import Made, keep, kept_before

LOOK_AGAIN_SECONDS = 5.0
BREATH_SECONDS = 2.0  # before what the vendor broke off is ordered once more
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


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture, its prediction, and the address that it came from (None: it came with the answer itself)."""

    attempt: Attempt
    picture: Picture
    address: str | None


@task(task_run_name=prediction_name, persist_result=False, **RETRIED)
def start_prediction(spec: ImageSpec, terms: Terms, ended: Ended | None = None) -> Started:
    """Create a prediction for `spec`, or find the one that was: it is paid for here, and nowhere else.

    Not cached by Prefect: after a kill between two records of one fact the staler one could win.
    Raises what it was refused with, without asking again, where the picture was refused before.
    """
    ledger = _ledger()
    last = ledger.last(spec)
    if last and (started := _started_before(last, terms, ended)):
        get_run_logger().info("%s: prediction %s of an earlier run is collected", spec.name, started.prediction_id)
        return started
    if last and last.lost and (adopted := _adopted(spec, last)):
        return adopted
    return toolbox().gates[spec.provider].pay(partial(_order, spec, last, terms, ended))


def _adopted(spec: ImageSpec, last: Attempt) -> Started | None:
    """Find the prediction of an attempt that was not answered. It may be listed a moment after its create broke off."""
    found = _listed(spec, last)
    if found is None and datetime.now(UTC) - last.at < _YOUNG:
        time.sleep(LOOK_AGAIN_SECONDS)
        found = _listed(spec, last)
    return found


def _listed(spec: ImageSpec, last: Attempt) -> Started | None:
    ledger = _ledger()
    for found in _replicate().find(spec, last.at, last.newest):
        if ledger.adopts(spec, last, found):
            get_run_logger().info("%s: prediction %s, whose create was not answered, is adopted", spec.name, found)
            return _started(ledger.settle(spec, last, found), created=False)
    return None


def _order(spec: ImageSpec, last: Attempt | None, terms: Terms, ended: Ended | None) -> Started:
    """Create a prediction for `spec` and write its id down: this is what costs money."""
    ledger = _ledger()
    note = f"made anew, since an earlier one came to nothing: {ended.why}" if ended else None
    carried_usd = last.carried_usd if last and ended and not ended.charged else None
    with toolbox().in_flight.paying():
        attempt = ledger.begin(spec, last, terms.newest_prediction, note, carried_usd)
        toolbox().in_flight.may_pay()  # the note may have had to wait for the bucket, and the run was stopped meanwhile
        try:
            with measured("provider", spec):
                prediction_id = _replicate().create(spec)
        except (ProviderRefused, NotDelivered) as refused:
            if attempt != last:  # an earlier create of the same attempt may yet have been accepted
                ledger.refuse(spec, attempt, refused)
            raise
        said = (
            f"{spec.name}: ordered from Replicate, {spec.model}, prediction {prediction_id}, {spec.price_usd:.3f} USD"
        )
        get_run_logger().info("%s", said)
        return _started(ledger.settle(spec, attempt, prediction_id), created=True)


def _started_before(last: Attempt, terms: Terms, ended: Ended | None) -> Started | None:
    """Return the prediction of the last attempt, if it is still wanted. Raises what its picture was refused with.

    `--refresh` wants another one only when the last was delivered: what a killed refresh has ordered is collected.
    One that we have refused is looked at again as long as the vendor keeps it: that costs nothing, and our own limits
    may have been changed.
    """
    if terms.anew and (last.billed or last.refused):
        return None
    can_be_looked_at = last.prediction_id and last.verdict == "unusable" and _ledger().is_kept(last)
    if (refusal := last.refusal) and not can_be_looked_at:
        raise refusal
    if last.prediction_id is None or (ended and ended.prediction_id == last.prediction_id):
        return None
    return _started(last, created=False)


def _started(attempt: Attempt, *, created: bool) -> Started:
    return Started(prediction_id=str(attempt.prediction_id), attempt=attempt, created=created)


@task(**IMAGE, **CACHED, **RETRIED)
def collect_prediction(spec: ImageSpec, terms: Terms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, made by Replicate and stored: `earlier` where it already lies in the bucket.

    Raises NotDelivered when another seed brought nothing either.
    """
    if earlier:
        return earlier
    if kept := kept_before(spec, terms):
        return kept
    # A retry of this very task must not pay again for what its first try created.
    terms = terms if task_run.run_count == 1 else replace(terms, anew=False)
    bill = Bill(_ledger())
    try:
        ask = partial(_fetched, terms, bill)
        fetched, reseeded = seed_changed_once(ask, spec, may_ask_twice=spec.name not in terms.single)
    except ProviderBusy:
        raise  # it is tried again, and what has come to an end is reported then
    except ImagesError as error:
        error.costing(bill.usd)
        bill.close()
        raise
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


def _fetched(terms: Terms, bill: Bill, spec: ImageSpec) -> Fetched:
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
            if isinstance(why, PictureGone) and _ledger().is_kept(started.attempt):
                raise  # a later run may have it
            charged = not isinstance(why, PredictionStopped | Interrupted)
            if started.created:
                if ordered_again or not isinstance(why, Interrupted):
                    bill.add(spec, _ledger().end(spec, started.attempt), charged=charged)
                    raise
                ordered_again = True
                get_run_logger().warning("%s: ordered once more, since %s", spec.name, why)
                toolbox().in_flight.pause(BREATH_SECONDS)
            ended = Ended(prediction_id=started.prediction_id, why=str(why), charged=charged)
        started = _start(spec, terms, bill, ended)


def _start(spec: ImageSpec, terms: Terms, bill: Bill, ended: Ended | None = None) -> Started:
    try:
        return start_prediction(spec, terms, ended)
    except ProviderBusy as busy:
        raise ProviderError(str(busy)) from None  # the inner task has tried it all; the outer must not multiply that
    except (NotDelivered, BadPicture):
        if last := _ledger().last(spec):
            bill.add(spec, last)
        raise


def _fetch(spec: ImageSpec, started: Started, bill: Bill) -> Fetched:
    """Wait for a prediction and fetch its picture. What is refused, by the vendor or by us, is remembered."""
    ledger, attempt = _ledger(), started.attempt
    try:
        with toolbox().in_flight.waiting(started.prediction_id), measured("provider", spec):
            address = _replicate().collect(started.prediction_id, toolbox().in_flight.pause)
        picture = fetch_picture(spec, address, kept=ledger.is_kept(attempt))
    except (NotDelivered, BadPicture, UnsafeDownload) as refused:
        bill.add(spec, ledger.refuse(spec, attempt, refused))
        raise
    if attempt.refused:
        attempt = ledger.accept(spec, attempt)
    bill.add(spec, attempt)
    return Fetched(attempt, picture, None if is_data_uri(address) else address)


def _ledger() -> Ledger:
    return Ledger(run_records())


def _replicate() -> Replicate:
    block = toolbox().replicate
    if block is None:
        raise ConfigurationError("REPLICATE_API_TOKEN: is not set where this task runs")
    return block
