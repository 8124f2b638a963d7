"""Text of any script in pictures: fonts, direction, line breaks, ink on a baseline. It knows nothing of cards."""
