"""The end of a run: web formats, spending, the share check, and the published set.

Whether and why the set is degraded follows from its images and problems: `ImageSet.troubles` (`imaging/record.py`).
"""

from collections.abc import Mapping
from dataclasses import replace

from prefect.client.schemas.objects import State
from prefect.states import Completed

from blocks.publishing.artifacts import create_artifacts, emit_outcome
from blocks.publishing.gallery_page import write_page
from blocks.publishing.run_again_link import run_again
from blocks.records.records import Records
from flows.article_run.formats_under_way import ended
from flows.article_run.pictures import Making, Result, Results
from flows.article_run.run_log import log_end, outcomes
from imaging.makers import MAKERS
from imaging.pages.gallery import painted
from imaging.record import UNSHARED, Image, ImageSet
from imaging.spec import Kinds
from imaging.text.counting import number_of
from tasks.gallery_page import publish_page
from tasks.manifest import write_manifest
from tasks.share_check import check_shares


def finished(making: Making, results: Results, records: Records) -> tuple[ImageSet, Results]:
    """Wait for web formats, settle the spending and check the public addresses. Return the set, and its results."""
    run, specs = making.run, making.plan.specs
    if not making.inventory.trouble and not run.services.embedded:
        records.catch_up(run.services.store)
    of_vendors = [spec for spec in specs if MAKERS[spec.provider].is_paid]
    may_be_ordered = [one for spec in of_vendors for one in (spec, *making.plan.planner.alternatives(spec))]
    spent_usd = sum(result.image.cost_usd for result in results.values())
    settled = run.background.start(making.spending.settle, may_be_ordered, spent_usd)
    problems: list[str] = []
    done: dict[str, Result] = {}
    for name, result in results.items():
        image, problem = ended(run, making.inventory, result.image, result.web_formats)
        making.progress.note(image)
        done[name] = replace(result, image=image)
        problems += [problem] if problem else []
    images: list[Image] = [done[spec.name].image for spec in specs]
    problems += [problem for spec in specs if (problem := done[spec.name].problem)]
    problems += check_shares(images)
    settled.result()
    making.spending.hold_against_quotas(result.image for result in done.values())
    if records.trouble:
        problems.append(f"{UNSHARED}: {records.trouble}")
    return making.plan.confirmed(run.services).image_set(images, problems), done


def published(making: Making, image_set: ImageSet, results: Results, only: Kinds) -> ImageSet:
    """Write page and manifest, create the artifacts, emit the event. Return the set with the addresses of both."""
    run, article, inventory = making.run, making.plan.article, making.inventory
    again = run.background.start(run_again, run.services, article, only)
    previews = _shown({name: result.preview for name, result in results.items()})
    with run.in_flight.storing():
        image_set = publish_page(image_set, inventory, previews, article.excerpt)
        image_set = write_manifest(image_set, inventory)
    thumbnails = _shown({name: result.thumbnail for name, result in results.items()})
    shown = run.background.start(create_artifacts, image_set, thumbnails, again.result())
    write_page(run.services, image_set, previews, article.excerpt)
    shown.result()
    emit_outcome(image_set)
    log_end(image_set)
    return image_set


def end_state(image_set: ImageSet) -> State[ImageSet]:
    """Return the state of a run with this set: what it made, or, named `Degraded`, what is missing."""
    if image_set.status == "degraded":
        return Completed(name="Degraded", message="; ".join(image_set.troubles)[:2000], data=image_set)
    how = "painted offline: no vendor is configured" if painted(image_set) else f"{image_set.cost_usd:.3f} USD"
    pictures = number_of(len(image_set.images), "picture")
    return Completed(message=f"{pictures} ({outcomes(image_set)}), {how}", data=image_set)


def _shown(pictures: Mapping[str, str]) -> dict[str, str]:
    return {name: picture for name, picture in pictures.items() if picture}
