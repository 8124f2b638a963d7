"""Layout of title and excerpt."""

from PIL import Image

from imaging.cards.canvas import Canvas, inside
from imaging.cards.card import Card
from imaging.cards.contrast import scheme_for
from imaging.cards.layout import Texts, Typography, place

EXCERPT = "Ein Auszug mit vielen Wörtern, der drei Zeilen füllt, wenn er Platz hat, und sonst eben kürzer wird. " * 2


def title_size(title: str, excerpt: str) -> int:
    """The size of the title on a card of 1200x630, in pixels."""
    card = Card(title, excerpt)
    canvas = Canvas(Image.new("RGB", card.size), scheme_for(None), inside(card.size, 80), rtl=False)
    return place(canvas, Texts.of(card), Typography())[0].block.size


def test_an_excerpt_makes_no_title_small() -> None:
    """A title takes the excerpt's room before it becomes smaller than 46% of the largest size."""
    smallest = 0.46 * Typography().title[0]
    words = ["Milchverträglichkeit", "und", "andere", "lange", "Wörter", "Laktose"] * 7
    for number in range(2, len(words)):
        title = " ".join(words[:number])
        alone, beside = title_size(title, ""), title_size(title, EXCERPT)
        assert beside >= min(alone, smallest), title
