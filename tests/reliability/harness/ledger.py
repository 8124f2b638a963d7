"""What a row cost and what it brought: counted at the vendors and in the bucket, not asked of the product."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.reliability.harness.process import Finished
from tests.reliability.harness.vendors import Delivery
from tests.reliability.harness.world import KINDS, World
from tests.standins import Prediction
from tests.standins.pictures import SCRIPT, picture

_NOTHING_TO_COLLECT = {"failed", "nsfw", "canceled", "aborted", "gone", "output_null", "output_dict", "output"}


@dataclass(frozen=True)
class Tally:
    """`paid` counts predictions and Chutes calls over all runs.

    `durable` of `planned`: pictures, or what else a command was to do.
    `twice`: beyond one for a picture, while an earlier one could be had. `again`: Chutes calls repeated because
    the answer to the first was lost on the way, which nobody can look up. `lost`: delivered by the vendor, and
    neither in the bucket nor collected in the end. `lies`: durable entries whose object is not there, and
    objects that are not what they seem.
    """

    paid: int
    twice: int
    again: int
    lost: int
    durable: int
    planned: int
    lies: tuple[str, ...]


def ended_in_vain(prediction: Prediction) -> bool:
    """Whether the vendor will never hand out a picture for it: to create another is not to pay twice."""
    if prediction.status in {"failed", "canceled", "aborted"} or prediction.removed:
        return True
    return prediction.ended and prediction.kind in _NOTHING_TO_COLLECT


def take(world: World, runs: Sequence[Finished], only: str) -> Tally:
    """Count for the pictures of the kinds in `only` (empty: all)."""
    kinds = [kind.strip() for kind in only.split(",") if kind.strip()] or list(KINDS)
    objects, hashes = world.objects(), world.hashes()
    entries = [
        entry
        for run in runs
        for entry in (run.image_set or {}).get("images", [])
        if entry["durable"] and entry["key"] in objects
    ]
    predictions = world.orders
    more_twice, again = chutes_twice(world.chutes.deliveries)
    lost = orders_lost(world, entries) + _chutes_lost(world.chutes.deliveries, hashes, entries)
    durable, lies = _manifest(world, kinds)
    return Tally(
        paid=len(predictions) + len(world.chutes.paid),
        twice=replicate_twice(predictions) + more_twice,
        again=again,
        lost=lost,
        durable=durable,
        planned=sum(KINDS[kind] for kind in kinds),
        lies=(*lies, *_untrue(runs[-1:], world), *_webpages(world)),
    )


def replicate_twice(predictions: Iterable[Prediction]) -> int:
    """Predictions created although an earlier one of the same picture could be waited for or collected."""
    earlier: dict[tuple[object, ...], list[Prediction]] = defaultdict(list)
    twice = 0
    for prediction in predictions:
        same = earlier[_spec(prediction)]
        twice += any(not ended_in_vain(one) for one in same)
        same.append(prediction)
    return twice


def chutes_twice(deliveries: Iterable[Delivery]) -> tuple[int, int]:
    """Calls repeated although an answer had arrived, and those repeated because none had."""
    earlier: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    twice = again = 0
    for delivery in deliveries:
        same = earlier[delivery.slug, delivery.prompt]
        if any(one.arrived for one in same):
            twice += 1
        elif same:
            again += 1
        same.append(delivery)
    return twice, again


def as_after_a_kill(deliveries: Iterable[Delivery], kept: set[str]) -> list[Delivery]:
    """The calls before a kill: only what was in the bucket (`kept`, hashes) by then had arrived in any sense."""
    return [replace(one, arrived=one.sha256 in kept) for one in deliveries]


def _spec(prediction: Prediction) -> tuple[object, ...]:
    return prediction.model, prediction.input.get("prompt"), prediction.input.get("aspect_ratio")


def orders_lost(world: World, entries: Sequence[Mapping[str, Any]]) -> int:
    """Pictures with an order that succeeded and is still there, none of which is in the bucket or among `entries`."""
    hashes = world.hashes()
    predictions = [one for one in world.orders if one.id not in world.fal.unknown]
    collected = {str(entry["prediction_id"]).rpartition("~")[2] for entry in entries}  # fal.ai: owner~app~id
    had: dict[tuple[object, ...], bool] = {}
    for one in predictions:
        if one.status != "succeeded" or ended_in_vain(one):
            continue
        width, height = one.made_by.size(one.input)
        data = picture(f"{one.id}-0", width, height, one.made_by.extension(one.input))
        stored = one.id in collected or hashlib.sha256(data).hexdigest() in hashes
        had[_spec(one)] = had.get(_spec(one), False) or stored
    return sum(not stored for stored in had.values())


def _chutes_lost(deliveries: Iterable[Delivery], hashes: set[str], entries: Sequence[Mapping[str, Any]]) -> int:
    """Pictures that arrived whole, none of which is in the bucket."""
    collected = {entry["model"] for entry in entries if entry["provider"] == "chutes" and not entry["fallback_from"]}
    had: dict[tuple[str, str], bool] = {}
    for one in deliveries:
        if one.arrived:
            stored = one.sha256 in hashes or one.slug in collected
            had[one.slug, one.prompt] = had.get((one.slug, one.prompt), False) or stored
    return sum(not stored for stored in had.values())


def _manifest(world: World, kinds: Sequence[str]) -> tuple[int, list[str]]:
    """How many pictures the bucket's manifest names that lie there, and those it names that do not."""
    objects = world.objects()
    durable, lies = 0, []
    for key in [key for key in objects if key.endswith("/manifest.json")]:
        try:
            images = json.loads(objects[key].read_text())["images"]
        except (ValueError, KeyError, TypeError):
            lies.append("the manifest is not whole")
            continue
        for image in images:
            if not image["durable"]:
                continue
            if not _lies_there(image, world):
                lies.append(f"the manifest names {image['key']}, which is not there")
            elif image["kind"] in kinds:
                durable += 1
    return durable, lies


def _untrue(runs: Iterable[Finished], world: World) -> Iterable[str]:
    """Entries that a run called durable and that are not in the bucket."""
    for run in runs:
        for image in (run.image_set or {}).get("images", []):
            if image["durable"] and not _lies_there(image, world):
                yield f"{image['name']} is called durable, but {image['key']} is not there"


def _webpages(world: World) -> Iterable[str]:
    """Objects that are a web page for a browser that sniffs: a polyglot was stored as it came."""
    for key, path in world.objects().items():
        if SCRIPT in path.read_bytes():
            yield f"{key} holds a script"


def _lies_there(image: Mapping[str, Any], world: World) -> bool:
    path = world.objects().get(str(image["key"]))
    return path is not None and path.stat().st_size == image["bytes"]
