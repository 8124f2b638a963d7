"""A few at a time, each told as it ends: a table of minutes must not look like a hang."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from rich.console import Console

Job = TypeVar("Job")
Done = TypeVar("Done")


def in_order(jobs: Iterable[Job], work: Callable[[Job], Done], told: Callable[[Done], str], at_once: int) -> list[Done]:
    """Do all jobs, `at_once` at a time, tell each on standard error, and return what came of them in order."""
    err = Console(stderr=True, highlight=False)
    with ThreadPoolExecutor(at_once) as pool:
        futures = [pool.submit(work, job) for job in jobs]
        try:
            for number, future in enumerate(as_completed(futures), 1):
                err.print(f"{number}/{len(futures)} {told(future.result())}", markup=False, soft_wrap=True)
        except BaseException:  # a Ctrl-C waits for what has begun, so that it is mended, and begins nothing more
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]
