"""The worker of the local stack: Prefect's process worker, with a graceful end of runs.

At a signal Prefect's worker kills its runs at once. This one takes no more runs and waits for the current ones, which
get the same signal from `up`. A run is one process by the command that each deployment has (`flows/deploying.py`).

    python -m flows.local_stack.worker POOL NAME READY      (internal: started by `article-images up`)
"""

import asyncio
import signal
import sys
from contextlib import suppress
from typing import Any, TextIO

from prefect.client.schemas.objects import FlowRun
from prefect.workers.process import ProcessWorker, ProcessWorkerResult


class LocalWorker(ProcessWorker):
    """A process worker that can stop taking runs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.leaving = False
        self.runs = 0

    @classmethod
    def __dispatch_key__(cls) -> str:
        return "article-images"  # so that Prefect's own stays registered as `process`

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take due runs, but none when leaving: they stay scheduled."""
        return [] if self.leaving else await super().get_and_submit_flow_runs()

    async def run(self, *run: Any, **details: Any) -> ProcessWorkerResult:
        """Run a flow run to its end, counting it meanwhile."""
        self.runs += 1
        try:
            return await super().run(*run, **details)
        finally:
            self.runs -= 1


async def serve(pool: str, name: str, ready: TextIO) -> None:
    """Work until SIGTERM, then wait for the last run to end. Closes `ready` when the work begins."""
    worker = LocalWorker(work_pool_name=pool, name=name)
    working = asyncio.create_task(worker.start(printer=lambda *_: ready.close()))
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    leaving = asyncio.create_task(asked.wait())
    await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    worker.leaving = True
    while worker.runs and not working.done():
        await asyncio.sleep(0.1)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


if __name__ == "__main__":
    with open(int(sys.argv[3]), "w") as ready:
        asyncio.run(serve(sys.argv[1], sys.argv[2], ready))
