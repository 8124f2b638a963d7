"""Open Graph cards, drawn with Pillow. No network, no fonts of the machine: same card, same bytes."""

from imaging.cards.card import Card, Template
from imaging.cards.draw import draw_card

__all__ = ["Card", "Template", "draw_card"]
