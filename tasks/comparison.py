"""Pictures by Chutes: one call answers with the bytes, which are stored at once.

Cache: on the spec's digest. Needs the block `chutes` (or `CHUTES_API_KEY`).
"""

from datetime import UTC, datetime
from functools import partial

from prefect import task

from blocks.chutes import Chutes
from blocks.toolbox import toolbox
from imaging.errors import ConfigurationError
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.measuring import measured
from tasks.moderation import seed_changed_once
from tasks.policy import CACHED, IMAGE, RETRIED, Terms
from tasks.receipts import delivered
from tasks.storing import Made, keep, kept_before


@task(**IMAGE, **CACHED, **RETRIED)
def generate_comparison(spec: ImageSpec, terms: Terms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, made by Chutes and stored: `earlier` where it already lies in the bucket."""
    if earlier:
        return earlier
    if kept := kept_before(spec, terms):
        return kept
    if stored := delivered(spec, terms):
        return stored
    block = toolbox().chutes
    if block is None:
        raise ConfigurationError("CHUTES_API_KEY: is not set where this task runs")
    pay = toolbox().gates["chutes"].pay
    data, note = seed_changed_once(lambda asked: pay(partial(_generated, block, asked)), spec)
    return keep(spec, data, terms, cost_usd=spec.price_usd, created=datetime.now(UTC), note=note)


def _generated(block: Chutes, spec: ImageSpec) -> bytes:
    toolbox().in_flight.may_pay()
    with measured("provider", spec):
        return block.generate(spec)
