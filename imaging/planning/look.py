"""How a tenant's pictures are to look, in the prompts' words."""

from dataclasses import dataclass

from imaging.articles.brand import TenantBrand
from imaging.planning.palette_words import color_words

_LIGHT = "natural light, rich detail, tasteful colour grading"
_WITHOUT = "no text, no letters, no watermark, no logo"


@dataclass(frozen=True, slots=True)
class Look:
    """The end of every prompt. `is_own`: in the brand's words; else it is as it was, since prompts decide what is paid.

    `is_styled`: the brand says how pictures look, so they need not be photographs.
    """

    style: str = f"{_LIGHT}, {_WITHOUT}"
    is_own: bool = False
    is_styled: bool = False

    @classmethod
    def of(cls, brand: TenantBrand) -> "Look":
        """Return the brand's look. Its colour joins its style words, and changes no prompt without them."""
        if not brand.in_prompts:
            return cls()
        palette = f", colour palette led by {color_words(brand.color)}" if brand.style and brand.color else ""
        avoided = "".join(f", no {word}" for word in brand.avoided)
        return cls(f"{brand.style or _LIGHT}{palette}, {_WITHOUT}{avoided}", is_own=True, is_styled=bool(brand.style))

    @property
    def words(self) -> str:
        """What a prompt by a language model ends with; empty without a brand's words."""
        return self.style if self.is_own else ""

    def medium(self, usual: str) -> str:
        """Return the kind of picture to ask for: a brand's own style may be no photograph."""
        return "picture" if self.is_styled else usual
