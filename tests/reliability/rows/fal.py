"""fal.ai and the host of its pictures: an order whose answer is lost is not placed again within the hour."""

from collections.abc import Mapping
from typing import Any

from tests.reliability.harness.world import World
from tests.reliability.rows.row import Breaks, Row

_LOST = r"fal\.ai.*(lost|looked up)"
_SHORT = {"IMAGES_PREDICTION_TIMEOUT": "4"}


def breaks(where: str, kind: str | int, times: int | None = None, **options: Any) -> Breaks:
    """Let the hero be made by fal.ai, and break calls to it."""

    def broken(world: World) -> None:
        world.order_at_fal()
        world.fal.fault(where, kind, times, **options)

    return broken


def recovers(world: World) -> None:
    """Let orders stick until all is mended, and then succeed after all: they are collected."""
    breaks("create", "stuck")(world)

    def unstick() -> None:
        for order in world.fal.paid:
            order.outcome = None

    world.undo.append(unstick)


_FAULTS: Mapping[str, tuple[Breaks, str]] = {
    "create 401": (breaks("create", 401), "FAL_KEY"),
    "create 402": (breaks("create", 402), "402|balance"),
    "create 403, account locked": (breaks("create", 403), "balance"),
    "create 422, content policy": (
        breaks("create", 422, detail=[{"type": "content_policy_violation", "msg": "flagged"}]), "flagged",
    ),
    "create 429 once, Retry-After 2": (breaks("create", 429, 1, retry_after=2), "429"),
    "create 429 for ever": (breaks("create", 429), "429"),
    "create 500 once": (breaks("create", 500, 1), _LOST),
    "create 502 once, paid all the same": (breaks("create", 502, 1, paid=True), _LOST),
    "create 503 once": (breaks("create", 503, 1), "503"),
    "create reset before, once": (breaks("create", "reset_before", 1), _LOST),
    "create reset after, once": (breaks("create", "reset_after", 1), _LOST),
    "create answer empty": (breaks("create", "empty", 1), _LOST),
    "status 500 for ever": (breaks("get", 500), "500"),
    "result 500 once": (breaks("result", 500, 1), "500"),
    "result 404": (breaks("result", 404), "gone|404"),
    "failed": (breaks("create", "failed"), "internal_server_error"),
    "refused by a content checker": (breaks("create", "nsfw"), "flagged"),
    "refused once": (breaks("create", "nsfw", 1), "flagged"),
    "no picture": (breaks("create", "output_null"), "no picture"),
    "download 404": (breaks("download", 404), "404|gone"),
    "download truncated": (breaks("download", "truncated"), "whole|picture|download|ended|broke|body"),
}  # fmt: skip

FAL = [
    *(Row(f"fal {name}", "hero", *given, variables=_SHORT) for name, given in _FAULTS.items()),
    Row("fal status 404 three times", "hero", breaks("get", 404, 3), ".", passes=True),
    Row("fal result 404 three times", "hero", breaks("result", 404, 3), ".", passes=True),
    Row("fal stuck, recovers", "hero", recovers, r"IN_PROGRESS after \d+ s", variables=_SHORT),
]
