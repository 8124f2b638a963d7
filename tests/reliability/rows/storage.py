"""The bucket: busy, broken, forbidden, full, lying or away; from the start, from the middle, or for a while."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.reliability.harness.s3_proxy import CAP, SKEW, for_seconds, from_the, is_get, is_picture, is_put
from tests.reliability.harness.world import World
from tests.reliability.rows.replicate import recovers
from tests.reliability.rows.row import Breaks, Row

ALL = ""


def breaks(kind: str | int, times: int | None = None, **options: Any) -> Breaks:
    """Break requests to the bucket; `match` says which."""
    return lambda world: world.s3.fail(kind, times, **options)


def fresh(kind: str | int, match: Callable[[], Callable[[Any], bool]], **options: Any) -> Breaks:
    """As `breaks`, with a match that counts and so is made anew for each world."""
    return lambda world: world.s3.fail(kind, None, match(), **options)


def once_created(what: Callable[[World], object]) -> Breaks:
    """Break something at the worst moment: when the first prediction is accepted and its id is not yet known."""

    def arm(world: World) -> None:
        world.replicate.on_create = lambda: what(world)

    return arm


def once_answered(what: Callable[[World], object]) -> Breaks:
    """Break something when the first picture of Chutes is paid for."""

    def arm(world: World) -> None:
        world.chutes.on_paid = lambda: what(world)

    return arm


def nothing(_world: World) -> None:
    """Break nothing: the first run is whole."""


def _wrong_etag(times: int | None) -> Breaks:
    def arm(world: World) -> None:
        left = [times if times is not None else 10**6]

        def lies(call: Any) -> bool:
            if not is_picture(call) or left[0] <= 0:
                return False
            left[0] -= 1
            return True

        world.s3.wrong_etag = lies

    return arm


def _slow(world: World) -> None:
    world.s3.delay = 1.0


def _away(world: World) -> None:
    world.s3_gate.shut()


_BUSY, _BROKEN = r"SlowDown|503", r"reach|broke|closed|reset|Connection"

_FAULTS: Mapping[str, tuple[str, Breaks, str]] = {
    "503 three times": (ALL, breaks(503, 3), _BUSY),
    "503 from the start": (ALL, breaks(503), _BUSY),
    "503 from the first create": (ALL, once_created(breaks(503)), _BUSY),
    "503 from the second picture": (ALL, fresh(503, lambda: from_the(2, is_picture)), _BUSY),
    "503 for every GET": (ALL, breaks(503, match=is_get), _BUSY),
    "500 for every PUT": (ALL, breaks(500, match=is_put), "500|Internal"),
    "reset before, twice": ("hero,card", breaks("reset_before", 2), _BROKEN),
    "PUT passed on, then reset, once": (ALL, breaks("reset_after", 1, match=is_picture), _BROKEN),
    "PUT passed on, then reset, for ever": ("social", breaks("reset_after", match=is_put), _BROKEN),
    "acknowledgement lost, once": ("hero,comparison", breaks("lost_answer", 1, match=is_picture, seconds=1), _BROKEN),
    "answer truncated to GET": ("hero", breaks("truncated", match=is_get), "500|reach|not whole|broke|truncated"),
    "slow, 1 s a request": ("hero,comparison", _slow, _BROKEN),
    "403 from the start": (ALL, breaks(403), "AccessDenied"),
    "403 from the first create": (ALL, once_created(breaks(403)), "AccessDenied"),
    "403 cap from the first create": (ALL, once_created(breaks(403, **CAP)), "cap"),
    "403 clock skew, once": ("hero", breaks(403, 1, **SKEW), "TimeTooSkewed"),
    "403 clock skew, for ever": ("hero", breaks(403, **SKEW), "TimeTooSkewed"),
    "wrong hash acknowledged, once": (ALL, _wrong_etag(1), "MD5|something else|hash"),
    "wrong hash acknowledged, for ever": ("hero,comparison", _wrong_etag(None), "MD5|something else|hash"),
    "refused from the start": (ALL, _away, _BROKEN),
    "refused from the first create": (ALL, once_created(_away), _BROKEN),
    "refused from the first Chutes answer": ("comparison", once_answered(_away), _BROKEN),
}

_REPAIRED: Mapping[str, tuple[str, Breaks, str]] = {
    "503 from the start; repair, then run": (ALL, breaks(503), _BUSY),
    "refused from the first create; repair, then run": (ALL, once_created(_away), _BROKEN),
}

_SECOND = [
    Row("s3 well, then 503 in a second run", "hero", nothing, _BUSY, then=breaks(503)),
    Row("s3 well, then 503 in a second run", "comparison", nothing, _BUSY, then=breaks(503)),
    Row("s3 well, then GETs fail in a second run", "hero,social", nothing, _BUSY, then=breaks(503, match=is_get)),
    Row("stuck, then s3 503 in a second run", "hero", recovers, "processing", then=breaks(503),
        variables={"IMAGES_PREDICTION_TIMEOUT": "4"}),
    Row("s3 503, then stuck in a second run", "social", breaks(503), _BUSY, then=recovers,
        variables={"IMAGES_PREDICTION_TIMEOUT": "4"}),
]  # fmt: skip


def _first_puts(world: World) -> None:
    """The trouble that a busy vault is for its first sixteen PUTs."""
    for kind in (503, 500, "reset_before", 503) * 4:
        world.s3.fail(kind, 1, is_put)


def _until_paid(world: World) -> None:
    """The bucket is back when the first picture has been paid for, and a run has long gone on without it."""
    world.s3.fail(503, None, lambda _: not (world.replicate.paid or world.chutes.paid))


def _each_picture_once(world: World) -> None:
    """Each picture's first PUT is refused for a cap, which no run waits for."""
    tried: set[str] = set()

    def first(call: Any) -> bool:
        new = is_picture(call) and call.path not in tried
        tried.add(call.path)
        return new

    world.s3.fail(403, None, first, **CAP)


_PATIENT = {"IMAGES_RETRY_SECONDS": "45"}
_PASSES: Mapping[str, tuple[str, Breaks, Mapping[str, str]]] = {
    "503, 500, reset, 503 for the first PUTs": (ALL, _first_puts, _PATIENT),
    "503 for 25 s from the start": (ALL, fresh(503, lambda: for_seconds(25)), _PATIENT),
    "503 for 25 s from the first picture": (ALL, fresh(503, lambda: for_seconds(25, is_picture)), _PATIENT),
    "500 for 25 s for every PUT": ("hero,comparison", fresh(500, lambda: for_seconds(25, is_put)), _PATIENT),
    "503 until the first picture is paid for": (ALL, _until_paid, {}),
    "403 cap for each picture's first PUT": (ALL, _each_picture_once, {}),
}

STORAGE = [
    *(
        Row(f"s3 {name}", only, breaks, ".", variables=variables, passes=True)
        for name, (only, breaks, variables) in _PASSES.items()
    ),
    *(Row(f"s3 {name}", *given) for name, given in _FAULTS.items()),
    *(Row(f"s3 {name}", *given, mends_first=True) for name, given in _REPAIRED.items()),
    *_SECOND,
]
