"""What others said, as we may repeat it."""

import pytest

from imaging.sanitizing.quoting import quoted, without_query


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ("see https://a.b/c?sig=1#f, or http://x/y", "see https://a.b/c?… or http://x/y"),
        ("'https://a.b/c?sig=hunter2' <HTTP://A/#x>", "'https://a.b/c?…' <HTTP://A/?…>"),
        ("http://a/http://b?c", "http://a/http://b?…"),
        ("key hunter2\nhere?", "key *** here?"),
    ],
)
def test_neither_secrets_nor_queries_are_repeated(said: str, repeated: str) -> None:
    """Every address loses its query and fragment, every secret its letters; the rest stays, in one line."""
    assert quoted(said, "hunter2") == repeated


def test_many_addresses_take_no_longer_than_they_are_long() -> None:
    """Megabytes of addresses in each other are read at once (pytest's time limit)."""
    assert without_query("http://" * 1_000_000 + "?x").endswith("//?…")
