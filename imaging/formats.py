"""The web formats of pictures."""

from typing import Literal, get_args

Format = Literal["avif", "webp"]

FORMATS: tuple[Format, ...] = get_args(Format)
"""In the order in which a page offers them: the first that a browser knows is taken."""
