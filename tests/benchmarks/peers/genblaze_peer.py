"""The peer `genblaze`: the pictures of articles that it can make, which are Replicate's, by its own pipeline and sink.

A program of its own, for its own environment: a job as JSON on standard input, figures on standard output. genblaze
downloads by https and from public addresses only. Here everything is on loopback, so these two checks are replaced by
plain downloads over one pool, which is less work than its own.
"""

import asyncio
import json
import sys
import time
from typing import Any

import urllib3
from genblaze_core import KeyStrategy, Modality, ObjectStorageSink, Pipeline
from genblaze_core.storage import transfer
from genblaze_replicate import ReplicateProvider, provider
from genblaze_s3 import S3StorageBackend

_POOL = urllib3.PoolManager(maxsize=32)


def _plain_download(url: str, *, timeout: float) -> Any:
    return _POOL.request("GET", url, preload_content=False, timeout=timeout)


provider.validate_asset_url = lambda url: None
transfer._http_get_stream = _plain_download


async def _article(job: dict[str, Any], article: dict[str, Any], replicate: ReplicateProvider) -> int:
    backend = S3StorageBackend(
        job["bucket"],
        endpoint_url=job["s3"]["endpoint_url"],
        region=job["s3"]["region_name"],
        access_key_id=job["s3"]["aws_access_key_id"],
        secret_access_key=job["s3"]["aws_secret_access_key"],
        public_url_base=job["s3"]["endpoint_url"],
    )
    pipeline = Pipeline(article["slug"])
    for order in article["orders"]:
        given = dict(order["input"])
        pipeline.step(
            replicate, model=order["model"], prompt=given.pop("prompt"), modality=Modality.IMAGE, params=given
        )
    sink = ObjectStorageSink(backend, prefix=article["slug"], key_strategy=KeyStrategy.HIERARCHICAL)
    result = await pipeline.arun(sink=sink, timeout=120, fail_fast=False)
    stored = [asset for step in result.run.steps for asset in step.assets if asset.sha256]
    return len(stored)


async def main(job: dict[str, Any]) -> dict[str, float]:
    """Do the job; return its figures."""
    began, cpu = time.perf_counter(), time.process_time()
    replicate = ReplicateProvider()
    pictures = sum(await asyncio.gather(*(_article(job, article, replicate) for article in job["articles"])))
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        "pictures": pictures,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
