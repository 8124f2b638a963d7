"""Measures a report over a generated listing: `python -m tests.reliability.many_objects 1000000`.

Prints seconds, those of the processor, and the largest resident memory of the process that measures; the bucket is a
process of its own.
"""

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from blocks.configuration.settings import Settings
from blocks.network.download import Downloader, HostRules
from blocks.services import Services
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from blocks.usage.measurement import measured_usage
from imaging.usage.month import month_of
from tests.standins import Answer, Call, VersionedBucket
from tests.standins.versioned_bucket import Version

OBJECTS = 100  # of an article: its manifest, its hero, and web formats, of which every tenth is an old version
TENANTS = 50
AT = datetime.now(UTC)


class GeneratedBucket(VersionedBucket):
    """A bucket of so many articles, none of which is kept in memory."""

    def __init__(self, articles: int) -> None:
        super().__init__()
        self.articles = articles

    def after(self, key: str, version_id: str) -> int:
        return int(version_id.removeprefix("4_z")) + 1 if version_id else 0

    def page(self, prefix: str, start: int) -> Sequence[Version]:
        end = min(self.articles * OBJECTS, start + self.page_size + 1)
        return [self.version(number) for number in range(start, end)]

    def is_latest(self, version: Version) -> bool:
        return version.number % OBJECTS % 10 != 9

    def version(self, number: int) -> Version:
        article, one = divmod(number, OBJECTS)
        one -= one % 10 == 9
        name = "manifest.json" if one == 1 else f"hero.w{one:04}.webp" if one else "hero.png"
        return Version(f"{place(article, self.articles)}/{name}", number, AT, b"", 1000 + number % 977)

    def answer(self, call: Call) -> Answer:
        if call.where == "list":
            return super().answer(call)
        where = call.path.removeprefix("/images/").removesuffix("/manifest.json")
        variants = [{"key": f"{where}/hero.w{one:04}.webp"} for one in range(2, OBJECTS) if one % 10 != 9]
        hero = {"key": f"{where}/hero.png", "kind": "hero", "durable": True, "variants": variants}
        return Answer(200, json.dumps({"status": "complete", "images": [hero]}).encode())


def place(article: int, articles: int) -> str:
    """Return an article's folder, in the order in which a bucket lists them."""
    return f"tenant-{article * TENANTS // articles:02}/article-{article:07}"


def serve(articles: int, pipe: Connection) -> None:
    """Serve the bucket until something comes through the pipe."""
    with GeneratedBucket(articles) as bucket:
        pipe.send(bucket.base_url)
        pipe.recv()


def main(objects: int) -> None:
    """Measure one report."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(objects // OBJECTS, there))
    process.start()
    s3 = s3_bucket(endpoint=here.recv(), key_id="k", secret="s", bucket="images")
    with TemporaryDirectory() as folder:
        settings = Settings(images_data_dir=Path(folder), _env_file=None)
        store, downloader = ImageStore(s3, "http://x"), Downloader(HostRules.parse(""), 1000, 1)
        began = time.monotonic()
        with measured_usage(
            Services(settings, store, embedded=False, downloader=downloader), month_of(AT), None
        ) as found:
            total, seconds = found.report.total, time.monotonic() - began
    here.send("done")
    process.join()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(  # noqa: T201
        f"{objects} versions: {total.objects} objects, {total.articles} articles, {total.orphans} orphans,"
        f" {total.missing} missing; {seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of the processor,"
        f" {used.ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
