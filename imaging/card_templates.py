"""The templates of cards."""

from typing import Literal

Template = Literal["minimal", "gradient", "photo", "split"]

DEFAULT_TEMPLATE: Template = "minimal"
WITHOUT_HERO: Template = "gradient"
"""Takes the place of one that shows the hero, where there is no hero."""
