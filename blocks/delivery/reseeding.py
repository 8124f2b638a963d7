"""Orders a picture once more with another seed if it was not delivered (moderation, an empty answer).

Refusals are remembered: the error says since when, and how the picture is ordered again.
"""

from collections.abc import Callable
from typing import TypeVar

from prefect.logging import get_run_logger

from imaging.errors import BadPicture, ImagesError, NotDelivered, UnsafeDownload
from imaging.spec import ImageSpec

Brought = TypeVar("Brought")
SomeError = TypeVar("SomeError", bound=ImagesError)


def seed_changed_once(
    ask: Callable[[ImageSpec], Brought], spec: ImageSpec, *, may_ask_twice: bool = True
) -> tuple[Brought, str | None]:
    """Return what `ask` brings for `spec`, and a note where only another seed brought it.

    Raises NotDelivered where that one brings nothing either, or the budget has no room to ask twice; BadPicture and
    UnsafeDownload as `ask` does.
    """
    try:
        return ask(spec), None
    except NotDelivered as refused:
        first = refused
    except (BadPicture, UnsafeDownload) as refused:
        raise _lasting(refused, str(refused)) from None
    if not may_ask_twice:
        raise _lasting(first, f"{first}; the budget has no room to ask again with another seed")
    other = spec.reseeded
    get_run_logger().warning("%s: asked for with another seed, since it was refused: %s", spec.name, first)
    try:
        return ask(other), f"made with seed {other.params['seed']}: {first}"
    except (NotDelivered, BadPicture, UnsafeDownload) as refused:
        raise _lasting(refused, f"with another seed too: {refused}") from None


def _lasting(refused: SomeError, words: str) -> SomeError:
    """Return the error with these words, and with when it was refused and what makes the next run order it again."""
    if refused.refused_at is None:
        return refused
    lasting = type(refused)(f"{words} (refused on {refused.refused_at:%Y-%m-%d %H:%M} UTC; --refresh orders it again)")
    return lasting.costing(refused.cost_usd)
