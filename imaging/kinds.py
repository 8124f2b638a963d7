"""The kinds of picture."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of picture, with the values of `--only`."""

    HERO = "hero"
    SUPPORTING = "supporting"
    COMPARISON = "comparison"
    CARD = "card"
    SOCIAL = "social"
