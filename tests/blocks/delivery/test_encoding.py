"""Encoding on all cores: heroes first, equal pictures once, and nothing kept of what failed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from blocks.delivery.encoding import Slots, encoded
from blocks.delivery.once import Once
from imaging.formats import FORMATS, Format
from imaging.painting.painter import paint
from imaging.pictures.picture import encode
from imaging.pictures.web_formats import renditions

WANTED: list[tuple[Format, int]] = [(name, width) for name in FORMATS for width in (60, 120)]


def test_equal_pictures_are_encoded_once() -> None:
    """Pictures with the same bytes, at the same moment or one after another, share their files; others do not."""
    data = encode(paint("one", (120, 80)), "png")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda is_hero: encoded(data, WANTED, None, is_hero=is_hero), (True, False, False, True)))
    assert all(one is made[0] for one in made)
    assert made[0] == list(renditions(data, WANTED, None))
    assert encoded(data, WANTED[:1], None, is_hero=False) == made[0][:1]
    other = encode(paint("other", (120, 80)), "png")
    assert encoded(other, WANTED, None, is_hero=False) != made[0]


def test_a_picture_that_cannot_be_decoded_is_an_error_each_time() -> None:
    """An error reaches all that wait for it, and is no result for the next."""
    for _ in range(2):
        with pytest.raises(OSError, match="identify"):
            encoded(b"no picture", WANTED, None, is_hero=False)


def test_only_the_last_results_are_kept() -> None:
    """What has not been asked for longest is made again."""
    made: list[int] = []
    once: Once[int, int] = Once(kept=2)

    def of(number: int) -> int:
        def make() -> int:
            made.append(number)
            return number * 10

        return once.get(number, make)

    assert [of(number) for number in (1, 2, 1, 3, 1, 2)] == [10, 20, 10, 30, 10, 20]
    assert made == [1, 2, 3, 2]


def test_the_lowest_rank_is_next_then_the_longest_wait() -> None:
    """A hero that comes last goes before all that wait; a slot that was held by one that failed is free again."""
    slots, order = Slots(1), list[str]()

    def take(name: str, rank: int) -> None:
        with slots.one(rank):
            order.append(name)

    with pytest.raises(ZeroDivisionError), slots.one(1):
        _ = 1 / 0
    with slots.one(1):
        threads = []
        for waiting, (name, rank) in enumerate((("square", 1), ("card", 1), ("hero", 0)), start=1):
            threads.append(threading.Thread(target=take, args=(name, rank)))
            threads[-1].start()
            while len(slots._waiting) < waiting:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == ["hero", "square", "card"]
