"""Graceful stops: SIGINT and SIGTERM end a run within 10 s, with a correct manifest and a correct state.

Nobody waits for a provider on the way out. What was ordered was written down before it was waited for: the next run
collects it, or makes it again where `IMAGES_ON_STOP=cancel` had it cancelled. The signal comes from a terminal, from
a container runtime, or from Prefect's runner or worker when a run is cancelled in the UI.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from flows.lifecycle.stop_signals import Stopped, beginning, is_stopping, register, take_signals, unregister
from flows.lifecycle.stoppable import StoppableRun

_LOOK_AGAIN_SECONDS = 0.25

T = TypeVar("T")


@contextmanager
def stops_politely() -> Iterator[StoppableRun]:
    """Have a signal stop the flow run of this context. A flow's first statement: before it, nothing is loaded."""
    run = StoppableRun()
    register(run)
    try:
        yield run
    finally:
        unregister(run)


@asynccontextmanager
async def stops_politely_async() -> AsyncIterator[StoppableRun]:
    """Do the same for a flow that is async: it neither begins nor ends while the process is being stopped."""
    with stops_politely() as run:
        # A signal that asyncio got before us has only marked this task as cancelled: that is raised here.
        await asyncio.sleep(0)
        await _stay_while_stopping()
        try:
            yield run
        finally:
            await _stay_while_stopping()


@asynccontextmanager
async def beginning_beside_others() -> AsyncIterator[None]:
    """Begin one of several runs of this process within the context; never, where it is being stopped already.

    If Stopped were raised, the runs beside this one would be cancelled before the stop has ended them.
    """
    try:
        with beginning():
            yield
    except Stopped:
        await _stay_while_stopping()


async def unless_interrupted(run: StoppableRun, work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns. Whatever else ends the wait closes the way to the vendors before it is raised.

    In a main thread that is not ours the signals are taken again and again: Prefect resets the handlers whenever
    another run of its process begins or ends.
    """
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=_LOOK_AGAIN_SECONDS))[0]:
            take_signals()
    except BaseException:
        run.close("the run was interrupted")
        raise
    return task.result()


async def _stay_while_stopping() -> None:
    """Leave the last word on the run's state to the stop, which ends the process."""
    if is_stopping():
        await asyncio.Event().wait()
