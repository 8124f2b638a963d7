"""The command of a deployment's run: Prefect's engine on another thread, while the main one handles signals.

PREFECT__FLOW_RUN_ID=... python -m flows.lifecycle.run_engine      (started by a worker, never by hand)
"""

import os
import runpy
from functools import partial

from flows.lifecycle.stop_signals import run_apart, signals_held_to_the_end


def main() -> None:
    """Run the engine."""
    with signals_held_to_the_end():
        from flows.lifecycle.run_to_be import RunToBe

        run_id = os.environ.get("PREFECT__FLOW_RUN_ID")
        engine = partial(runpy.run_module, "prefect.engine", run_name="__main__")
        run_apart(engine, RunToBe(run_id) if run_id else None)


if __name__ == "__main__":
    main()
