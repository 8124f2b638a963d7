"""All titles of the corpus in all templates on one picture, to be looked at.

python -m tests.imaging.cards.contact_sheet sheet.jpg            # 1200x630
python -m tests.imaging.cards.contact_sheet sheet.jpg 1080x1920
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle
from typing import get_args

from PIL import Image, ImageDraw

from imaging.cards import Card, Template, draw_card
from imaging.painting.painter import paint
from tests.imaging.cards.corpus import TITLES

COLORS = ("#0a7d5a", "#b5532a", "#c2185b", "#1f4e9c", "#ffcc00", "#222222", "#5a4391", None)
_WIDTH, _GAP = 360, 6


def logo() -> bytes:
    """A word mark with a transparent ground."""
    mark = Image.new("RGBA", (480, 120))
    draw = ImageDraw.Draw(mark)
    draw.ellipse((0, 10, 100, 110), fill=(214, 20, 40, 255))
    for i, wide in enumerate((300, 220)):
        draw.rounded_rectangle((130, 25 + 45 * i, 130 + wide, 52 + 45 * i), 13, fill=(30, 30, 36, 255))
    return encoded(mark, "PNG")


def encoded(picture: Image.Image, kind: str) -> bytes:
    """The picture as bytes."""
    with BytesIO() as out:
        picture.save(out, kind)
        return out.getvalue()


def cards(size: tuple[int, int]) -> Iterator[Card]:
    """Each title in each template; every third article has a logo."""
    colors, mark = cycle(COLORS), logo()
    for i, (language, title, excerpt) in enumerate(TITLES):
        color = next(colors)
        hero = encoded(paint(title, (1376, 768), color), "JPEG")
        for template in get_args(Template):
            yield Card(title, excerpt, color, mark if i % 3 == 0 else None, template, size, language, hero)


def sheet(size: tuple[int, int], across: int = 8) -> Image.Image:
    """All cards, small, two titles a row."""
    drawn = [Image.open(BytesIO(draw_card(card))).convert("RGB") for card in cards(size)]
    height = round(_WIDTH * size[1] / size[0])
    rows = -(-len(drawn) // across)
    whole = Image.new("RGB", (across * (_WIDTH + _GAP), rows * (height + _GAP)), "#d0d0d4")
    for i, card in enumerate(drawn):
        place = (i % across * (_WIDTH + _GAP), i // across * (height + _GAP))
        whole.paste(card.resize((_WIDTH, height), Image.Resampling.LANCZOS), place)
    return whole


if __name__ == "__main__":
    wide, high = (int(side) for side in (sys.argv[2] if len(sys.argv) > 2 else "1200x630").split("x"))
    sheet((wide, high)).save(sys.argv[1], quality=88)
