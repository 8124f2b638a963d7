"""Platforms that pictures are shared on: each one's picture, its frame on the gallery page, and its requirements.

Figures are the platforms' own: LinkedIn help a521928, Facebook "Images in Link Shares", X "Summary card with large
image", Pinterest "Review product specs", WhatsApp "Link previews", Notion API "Request limits" and "File object".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from imaging.kinds import Kind

_PNG_JPEG = frozenset({"image/png", "image/jpeg"})
_WITH_WEBP = _PNG_JPEG | {"image/webp"}


@dataclass(frozen=True, slots=True)
class Rule:
    """The requirements of one place for a picture. Sizes in pixels, `ratio` is width by height from .. to."""

    place: str
    types: frozenset[str]
    max_bytes: int | None = None
    smallest: tuple[int, int] = (1, 1)
    largest: tuple[int, int] = (100_000, 100_000)
    ratio: tuple[float, float] = (0.0, 1000.0)
    max_url: int = 2048


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of the gallery page: the macro in templates/frames.html.j2 and class in page.css, and its title there."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform with a picture of its own: a card, or a social picture by the model of the role of its name.

    `card_size`: the size that it shows uncropped, in pixels; a card takes the place of a social picture too. `shape`
    is part of the prompt. `rule`: its requirements, beyond those of the places that show every picture. `is_default`:
    in the plan unless chosen otherwise.
    """

    name: str
    label: str
    kind: Kind
    card_size: tuple[int, int]
    frame: Frame
    rule: Rule | None = None
    shape: str = "square"
    is_default: bool = True


X_FRAME = Frame("x", "X post")
X_RULE = Rule("X", _WITH_WEBP, 5_000_000, smallest=(300, 157), largest=(4096, 4096))

PLATFORMS: Mapping[str | None, Platform] = {
    platform.name: platform
    for platform in (
        Platform(
            "linkedin", "LinkedIn", Kind.CARD, (1200, 630), Frame("linkedin", "LinkedIn post"),
            Rule("LinkedIn", _PNG_JPEG, 5_000_000, smallest=(1200, 627), ratio=(1.85, 1.97)),
        ),
        Platform(
            "facebook", "Facebook", Kind.CARD, (1200, 630), Frame("facebook", "Facebook post"),
            Rule("Facebook", _PNG_JPEG, 8_000_000, smallest=(600, 315), ratio=(1.85, 1.97)),
        ),
        Platform("x", "X", Kind.CARD, (1200, 675), X_FRAME, X_RULE, is_default=False),
        Platform(
            "pinterest", "Pinterest", Kind.CARD, (1000, 1500), Frame("pinterest", "Pinterest pin"),
            Rule("Pinterest", _PNG_JPEG, 20_000_000, ratio=(0.66, 1000.0)),  # feeds cut off what is taller than 2:3
            is_default=False,
        ),
        Platform("instagram", "Instagram", Kind.SOCIAL, (1080, 1080), Frame("instagram", "Instagram tile")),
        Platform(
            "tiktok", "TikTok", Kind.SOCIAL, (1080, 1920), Frame("tiktok", "TikTok screen"),
            shape="vertical full-screen",
        ),
    )
}  # fmt: skip
"""In the order of the plan. An entry is all that a card for another platform needs, but for a frame that differs."""

PREVIEW_CARDS = ("facebook", "linkedin", "x")
"""Platforms whose cards have the format of link previews, the best first."""

LINK_PREVIEWS = (X_RULE, Rule("WhatsApp", _PNG_JPEG, 600_000, smallest=(300, 1), ratio=(0.0, 4.0)))
"""Places that show the card of any platform as the preview of a link."""

NOTION = Rule("Notion", _WITH_WEBP, max_url=2000)
"""Shows any picture of an article."""
