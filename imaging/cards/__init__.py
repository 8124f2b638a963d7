"""Cards for link previews and feeds, drawn with Pillow. No network, no system fonts: same card, same bytes."""

from imaging.card_templates import Template
from imaging.cards.card import Card
from imaging.cards.draw import OVER_HERO, draw_card

__all__ = ["OVER_HERO", "Card", "Template", "draw_card"]
