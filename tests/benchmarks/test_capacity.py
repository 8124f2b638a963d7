"""The simulated day: what is short is named, and nothing is lost or made up on the way."""

import numpy as np
import pytest

from .capacity import DAY, Resource, arrivals, day


def test_the_resource_that_is_short_is_the_one_whose_articles_wait() -> None:
    """One that does half of what is asked leaves half of the day's articles, and spares the one behind it."""
    evenly = 86_400.0
    plenty, short = Resource("a", 1, 1000, "", ""), Resource("b", 2, 1, "", "")
    loads = day(int(evenly), [plenty, short, plenty])
    assert [load.resource.articles_a_day for load in loads] == [DAY * 1000, DAY / 2, DAY * 1000]
    assert [round(load.mean, 1) for load in loads] == [0.0, 2.0, 0.0]
    assert loads[1].left == pytest.approx(arrivals(int(evenly)).sum() - DAY / 2, rel=0.1)
    assert loads[1].wait > 3600
    assert loads[0].left == loads[2].left == loads[0].wait == loads[2].wait == 0


def test_a_day_has_its_articles_and_a_busy_hour() -> None:
    """The busiest hour has two and a half times the mean, and the day as many articles as were asked for."""
    coming = arrivals(1_000_000)
    hours = coming.reshape(24, 3600).sum(axis=1)
    assert coming.sum() == pytest.approx(1_000_000, rel=0.01)
    assert hours.max() / hours.mean() == pytest.approx(2.5, rel=0.02)
    assert np.argmax(hours) in {11, 12}
