"""A picture that was refused for what it shows is asked for once more, with another seed."""

from collections.abc import Callable
from typing import TypeVar

from prefect.logging import get_run_logger

from imaging.errors import Moderated
from imaging.spec import ImageSpec

Brought = TypeVar("Brought")


def seed_changed_once(ask: Callable[[ImageSpec], Brought], spec: ImageSpec) -> tuple[Brought, str | None]:
    """Return what `ask` brings for `spec`, and a note where only another seed passed the moderation.

    Raises Moderated when that is refused too.
    """
    try:
        return ask(spec), None
    except Moderated as refused:
        other, why = spec.reseeded, str(refused)
    get_run_logger().warning("%s: asked for with another seed, since it was refused: %s", spec.name, why)
    try:
        return ask(other), f"made with seed {other.params['seed']}: {why}"
    except Moderated as refused:
        raise Moderated(f"with another seed too: {refused}") from None
