"""Numbers of things in sentences."""

import pytest

from imaging.text.counting import number_of


@pytest.mark.parametrize(("count", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1200, "1,200 images")])
def test_one_is_one_thing(count: int, words: str) -> None:
    """One picture is not `1 images`, on the terminal and on pages."""
    assert number_of(count, "image") == words
