"""The command of a deployment's run: Prefect's engine on another thread, while the main one handles signals.

PREFECT__FLOW_RUN_ID=... python -m flows.lifecycle.run_engine      (started by a worker, never by hand)
"""

import os
import runpy
from functools import partial

from flows.lifecycle.stop_signals import end_at_once, run_apart, signals_held


def main() -> None:
    """Run the engine."""
    with signals_held():
        try:
            from flows.lifecycle.run_to_be import RunToBe

            run_id = os.environ.get("PREFECT__FLOW_RUN_ID")
            engine = partial(runpy.run_module, "prefect.engine", run_name="__main__")
            run_apart(engine, RunToBe(run_id) if run_id else None)
        finally:
            end_at_once()


if __name__ == "__main__":
    main()
