"""The pauses between tries, left out: how often something is tried is tested, and not how long one waits."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.retries.standard import ExponentialBackoff


@contextmanager
def no_pauses() -> Iterator[None]:
    """Let the tasks and the S3 clients of this process try again at once, and give up after a moment."""
    from blocks.delivery import earlier_orders
    from blocks.network import backoff
    from tasks.pictures import predictions
    from tasks.task_options import RETRY_DELAYS

    before = RETRY_DELAYS[:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(earlier_orders, "LOOK_AGAIN_SECONDS", 0)
        patch.setattr(predictions, "PAUSE_SECONDS", 0)
        patch.setattr(backoff, "_FIRST_SECONDS", 0.01)
        patch.setattr(backoff, "_LONGEST_SECONDS", 0.1)
        patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
        patch.setenv("IMAGES_RETRY_SECONDS", "0.5")
        patch.setenv("IMAGES_COLD_START_SECONDS", "0.5")
        RETRY_DELAYS[:] = [0] * len(before)  # the tasks hold this very list
        try:
            yield
        finally:
            RETRY_DELAYS[:] = before
