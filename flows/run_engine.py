"""The command of a deployment's run: Prefect's engine in another thread, while the main one holds the signals.

PREFECT__FLOW_RUN_ID=... python -m flows.run_engine      (started by a worker, never by hand)
"""

import os
import runpy
import time
from functools import partial

from flows.stop_signals import end_at_once, run_apart, signals_held

_ENGINE_SECONDS = 0.3


class RunToBe:
    """The flow run of this process while its code is loaded: all that is known of it is its id."""

    def __init__(self, run_id: str) -> None:
        self.name: str | None = f"flow run {run_id}"
        self._id = run_id

    def close(self, why: str) -> None:
        """Do nothing: what has not begun orders nothing."""

    def stop(self, why: str) -> str:
        """Tell the API, once more where the engine was just about to begin the run."""
        from uuid import UUID

        from flows.stoppable import cancel_unless_final

        for _ in range(2):
            cancel_unless_final(UUID(self._id), why)
            time.sleep(_ENGINE_SECONDS)
        return why


def main() -> None:
    """Run the engine."""
    run_id = os.environ.get("PREFECT__FLOW_RUN_ID")
    engine = partial(runpy.run_module, "prefect.engine", run_name="__main__")
    with signals_held():
        try:
            run_apart(engine, RunToBe(run_id) if run_id else None)
        finally:
            end_at_once()


if __name__ == "__main__":
    main()
