"""Pictures by vendors that answer with the bytes (Chutes), which are stored at once.

Cache: on the spec's digest; refusals are in the ledger. Needs the block `chutes` (or `CHUTES_API_KEY`).
"""

from dataclasses import replace
from functools import partial

from prefect import task
from prefect.runtime import task_run

from blocks.delivery.answers import forget_answers, received
from blocks.delivery.billing import billed
from blocks.delivery.reseeding import seed_changed_once
from blocks.delivery.storing import Made, keep, kept_before
from blocks.delivery.terms import RunTerms
from blocks.delivery.upload_receipts import uploaded_before
from blocks.records.ledger import Ledger
from blocks.result_storage import run_records
from blocks.run import current_run
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.task_options import CACHED, IMAGE, RETRIED


@task(**IMAGE, **CACHED, **RETRIED)
def generate_comparison(spec: ImageSpec, terms: RunTerms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, made by its vendor and stored: `earlier` where the bucket has it already."""
    if made := earlier or kept_before(spec, terms) or uploaded_before(spec, terms):
        forget_answers(spec)  # a run may have been killed when it had stored this
        return made
    vendor = current_run().services.answers_of(spec.provider)
    # A retry of this task must not pay again for what its first try has had refused.
    terms = terms if task_run.run_count == 1 else replace(terms, refresh=False)
    with billed(Ledger(run_records())) as bill:
        ask = partial(received, vendor, terms, bill)
        answer, note = seed_changed_once(ask, spec, may_ask_twice=spec.name not in terms.order_once)
    made = keep(spec, answer.picture, terms, cost_usd=bill.usd, created=answer.at, note=note)
    bill.close()
    current_run().services.spool.forget(answer.asked.digest)
    return made
