"""When an order is looked at."""

import time

import pytest

from blocks.vendors import looks
from blocks.vendors.looks import Looks

HERO = "black-forest-labs/flux-1.1-pro-ultra"


@pytest.fixture(autouse=True)
def _nothing_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_learned", {})


def moments(monkeypatch: pytest.MonkeyPatch, of: Looks, until: float) -> list[float]:
    """The seconds at which an order is looked at that takes so long, by a clock that only pauses move."""
    seen = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: of.began + seen[-1])
    while seen[-1] < until:
        pause = of.pause()
        assert pause is not None
        seen.append(seen[-1] + pause)
    of.ended()
    return seen


def test_a_model_of_known_speed_is_looked_at_seldom_and_on_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """An order of 8 s is looked at six times, the last when it ends; a late one is looked at often from then on."""
    assert moments(monkeypatch, Looks(HERO, 0.5, 600), 8) == [0, 0.5, 1, 2, 4, 8]
    assert moments(monkeypatch, Looks(HERO, 0.5, 600), 9) == [0, 0.5, 1, 2, 4, 8, 8.5, pytest.approx(9, abs=0.1)]


def test_how_long_a_model_takes_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that nobody knows is looked at often the first time, and seldom until it is due after that."""
    often = moments(monkeypatch, Looks("owner/new", 0.5, 600), 6)
    assert often == [index / 2 for index in range(13)]
    assert moments(monkeypatch, Looks("owner/new", 0.5, 600), 6) == [0, 0.5, 1, 2, 4, 6]


def test_an_order_that_had_ended_before_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed run has ordered is there at the first look: that says nothing of its model."""
    moments(monkeypatch, Looks("owner/new", 0.5, 600), 0)
    assert looks._learned == {}


def test_slow_orders_are_looked_at_ever_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that takes ten minutes is seen at most a sixteenth of its time late, in some hundred looks."""
    seen = moments(monkeypatch, Looks("owner/slow", 0.5, 900), 600)
    assert seen[-1] <= 600 * 17 / 16
    assert len(seen) < 100


def test_the_last_look_is_when_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last pause ends with the longest wait; after it there is none, nor where the vendor asks for a longer one."""
    order = Looks(HERO, 0.5, 7.0)
    monkeypatch.setattr(time, "monotonic", lambda: order.began + 4.0)
    assert order.pause() == 3.0
    assert order.pause(asked=3.5) is None
    monkeypatch.setattr(time, "monotonic", lambda: order.began + 6.9)
    assert order.pause() is None
