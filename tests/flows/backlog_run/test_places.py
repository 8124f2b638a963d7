"""How many articles of a backlog go on at once."""

import asyncio
import threading
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from flows.backlog_run.places import Places
from imaging.kinds import Kind
from tests.flows.backlogs import backlog, counts, put
from tests.world import World


@pytest.mark.parametrize(("articles", "kinds"), [(8, [Kind.HERO]), (3, [Kind.HERO, Kind.SOCIAL])])
def test_every_place_has_a_picture_and_no_more(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, articles: int, kinds: list[Kind]
) -> None:
    """As many pictures of all articles together are under way as IMAGES_CONCURRENCY says, however many each has."""
    monkeypatch.setenv("IMAGES_CONCURRENCY", "6")
    folder = put(tmp_path / "articles", **{f"a{number}": f"Thema {number}" for number in range(articles)})
    world.replicate.delay = 30.0
    under_way: list[int] = []

    def watch(_call: object) -> bool:
        under_way.append(sum(not one.ended for one in world.replicate.paid))
        if under_way[-20:] == [6] * 20:  # a seventh would have come by now
            world.replicate.delay = 0.0
            world.replicate.advance(60)
        return False

    world.replicate.fault("get", 500, times=None, match=watch)
    assert counts(backlog(folder, only=kinds)) == (articles, 0, 0, 0)
    assert max(under_way) == 6


def test_an_article_that_waits_for_pictures_makes_room_for_others() -> None:
    """Four articles may be read or published at once; one that has a picture under way takes its place alone."""
    made = threading.Event()

    async def scenario() -> list[bool]:
        with Places(8, at_once=0) as places:
            async with AsyncExitStack() as going:
                for _ in range(4):
                    await going.enter_async_context(places.article())
                fifth, sixth = (asyncio.create_task(going.enter_async_context(places.article())) for _ in range(2))
                await asyncio.sleep(0.1)
                began = [fifth.done()]
                picture = places.part().submit(made.wait)
                await fifth
                began.append(sixth.done())
                made.set()
                await asyncio.wrap_future(picture)
                await asyncio.sleep(0.1)
                began.append(sixth.done())
            await sixth
            return began

    assert asyncio.run(scenario()) == [False, False, False]


def test_the_end_of_one_run_leaves_the_pictures_of_the_others() -> None:
    """What a run shuts down are its own tasks: those that wait are cancelled, and those of others go on."""
    made = threading.Event()

    async def scenario() -> None:
        with Places(1, at_once=0) as places:
            one, other = places.part(), places.part()
            running, waiting, others = one.submit(made.wait), one.submit(made.wait), other.submit(made.wait)
            one.shutdown(wait=False, cancel_futures=True)
            made.set()
            one.shutdown()
            assert [running.result(), waiting.cancelled(), others.result()] == [True, True, True]

    asyncio.run(scenario())
