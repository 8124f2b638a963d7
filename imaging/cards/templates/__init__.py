"""The templates of cards, one a file."""
