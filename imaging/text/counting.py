"""Numbers of things in sentences."""


def number_of(count: int, thing: str) -> str:
    """Return the number with the word for it: `1 image`, `1,200 images`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
