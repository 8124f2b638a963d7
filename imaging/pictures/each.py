"""How work on a picture's parts is spread over cores, for callers to choose."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


class Each(Protocol):
    """Applies a function to items as the built-in `map` does, maybe on several cores."""

    def __call__(self, function: Callable[[_T], _R], items: Iterable[_T], /) -> Iterable[_R]:
        """Return the results in the order of the items."""
        ...
