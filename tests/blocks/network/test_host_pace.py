"""The pace of hosts: so many requests a second, no more while one asks for peace, none to one that does not answer."""

import pytest

from blocks.network.host_pace import HostPace
from imaging.errors import PictureGone, ProviderBusy


def ask(pace: HostPace, host: str = "old.example", error: Exception | None = None) -> None:
    with pace.turn(host):
        if error:
            raise error


def paced(per_second: float = 10, longest: float = 60) -> tuple[HostPace, list[float]]:
    """A pace, and the pauses that it has asked for."""
    pauses: list[float] = []

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return True

    return HostPace(per_second, longest, pause), pauses


def test_each_host_has_its_own_pace() -> None:
    """Requests to one host are apart by the pace, however fast they come; another host does not wait for it."""
    pace, pauses = paced(per_second=0.5)
    for _ in range(3):
        ask(pace)
    ask(pace, "other.example")
    assert pauses[0] == pauses[3] == 0
    assert pauses[1] <= 2 < pauses[2] <= 4


def test_a_host_that_does_not_answer_is_left_alone() -> None:
    """After five failures in a row it is not asked; an answer, also that a picture is gone, begins the count anew."""
    pace, _ = paced()
    for error in [ProviderBusy("x")] * 4 + [PictureGone("x")] + [ProviderBusy("x")] * 5:
        with pytest.raises(type(error)):
            ask(pace, error=error)
    with pytest.raises(ProviderBusy, match="not answered 5 times"):
        ask(pace)
    ask(pace, "other.example")


def test_retry_after_holds_for_the_whole_host() -> None:
    """What a host asks for is waited for by the next request, or where that is too long, the request is not made."""
    pace, pauses = paced(longest=30)
    with pytest.raises(ProviderBusy):
        ask(pace, error=ProviderBusy("429", retry_after=20).answered(429))
    ask(pace)
    assert 19 < pauses[-1] <= 20
    with pytest.raises(ProviderBusy):
        ask(pace, error=ProviderBusy("429", retry_after=3600).answered(429))
    with pytest.raises(ProviderBusy, match="left alone"):
        ask(pace)


def test_a_stopped_run_asks_nothing_more() -> None:
    """Whoever waits for a turn when the run is stopped does not get it."""
    with pytest.raises(ProviderBusy, match="stopped"):
        ask(HostPace(1, 60, lambda _: False))
