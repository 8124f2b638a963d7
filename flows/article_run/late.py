"""Pictures that the bucket did not take when they were made are offered to it again before the run ends."""

from contextlib import suppress
from dataclasses import replace

from flows.article_run.formats_under_way import begun
from flows.article_run.pictures import Making, Result, Results, noted, report, result_of
from imaging.articles.claim import Claim
from imaging.entry import as_stored, described, failed
from imaging.errors import StorageError
from imaging.record import NOT_STORED
from tasks.pictures.late_storage import store_late, take_inventory_late


def offered_again(making: Making, done: Results) -> tuple[Making, Results]:
    """Offer the bucket once more what it did not take. One that was away from the beginning is asked first."""
    if making.inventory.trouble:
        plan = making.plan
        inventory = take_inventory_late(plan.article.user_id, plan.slug, Claim.of(plan.article))
        making = replace(making, inventory=inventory)
        if inventory.trouble:
            return making, done
        done = {name: _held_against_bucket(making, result) for name, result in done.items()}
    waiting = [result for result in done.values() if result.image.status in NOT_STORED]
    futures = store_late.map([result.spec for result in waiting])
    late: dict[str, Result] = {}
    for result, future in zip(waiting, futures, strict=True):
        with suppress(StorageError):
            if stored := future.result():
                image = described(result.spec, stored, reused=False, url=making.url(stored.key))
                late[result.spec.name] = noted(making, result_of(result.spec, image, stored), result.instead_of)
    return making, {**done, **late}


def reported(making: Making, done: Results) -> Results:
    """Report the pictures that the bucket has not taken in the end."""
    for result in done.values():
        if result.image.status in NOT_STORED:
            report(making, result.image)
    return done


def _held_against_bucket(making: Making, result: Result) -> Result:
    """Hold a durable picture against what the bucket, which answers only now, has under its key."""
    image, spec, inventory = result.image, result.spec, making.inventory
    if not (stored := as_stored(image)):
        return result
    if image.status == "reused" and not inventory.holds(stored):
        # The record was this machine's own: another may have made the picture again since, or deleted it.
        earlier = inventory.stored(image.digest)
        if earlier is None:
            gone = failed(spec, f"{image.key} is not in the bucket any more: run again")
            making.progress.note(gone)
            return replace(result, image=gone)
        image = described(spec, earlier, reused=True, url=making.url(earlier.key))
    image, web_formats = begun(making.run, inventory, image)
    making.progress.note(image)
    return replace(result, image=image, web_formats=web_formats)
