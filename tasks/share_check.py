"""The share check: can the world fetch what was stored, and will the platforms take it?"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from prefect import task
from prefect.logging import get_run_logger

from blocks.network.crawl import crawl
from blocks.run import current_run
from imaging.pages.share_rules import complaints
from imaging.record import Image

_AT_ONCE = 8


@task(task_run_name="share check", persist_result=False)
def check_shares(images: Sequence[Image]) -> list[str]:
    """Return what is wrong with the public addresses of stored pictures, with the rule that each breaks.

    With `auto` those are looked at that are meant for the world, https ones; and one that cannot be reached from here
    is no problem of the set: a worker's network may be closed. Never cached: it asks how things stand now.
    """
    how = current_run().services.settings.images_share_check
    due = [image for image in images if image.durable and (how == "on" or str(image.url).startswith("https://"))]
    if how == "off" or not due:
        return []
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        answers = list(threads.map(crawl, [str(image.url) for image in due]))
    problems = []
    for image, answer in zip(due, answers, strict=True):
        if answer.trouble and how == "auto":
            get_run_logger().warning("%s: its public URL %s", image.name, answer.trouble)
            continue
        problems += [f"{image.name}: {complaint}" for complaint in complaints(image, answer)]
    return problems
