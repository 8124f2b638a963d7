"""The peer `plain`: the pictures of articles by asyncio, httpx, boto3 and Pillow alone.

What a good engineer writes in an afternoon: everything at once, one client for all, and no record of what was paid for,
no retry, no orchestration, no marks. A program of its own: a job as JSON on standard input, figures on standard output.
"""

import asyncio
import io
import json
import sys
import time
from collections.abc import Awaitable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import httpx
from botocore.config import Config
from PIL import Image, ImageDraw, ImageFont

_AT_ONCE = 32
_POLL_SECONDS = 0.5
_WIDTHS = (480, 960, 1600)
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "avif": "image/avif", "webp": "image/webp"}


class Maker:
    """Makes and stores the pictures of the job's articles."""

    def __init__(self, job: Mapping[str, Any], http: httpx.AsyncClient) -> None:
        self._job = job
        self._http = http
        self._s3 = boto3.client(
            "s3",
            **job["s3"],
            config=Config(max_pool_connections=_AT_ONCE, request_checksum_calculation="when_required"),
        )
        self._threads = ThreadPoolExecutor(_AT_ONCE)
        self._calls = asyncio.Semaphore(_AT_ONCE)

    async def all(self) -> int:
        """Make every article; return how many pictures there are."""
        return sum(await asyncio.gather(*(self._article(article) for article in self._job["articles"])))

    async def _article(self, article: Mapping[str, Any]) -> int:
        ordered: list[Awaitable[str]] = [self._predicted(article["slug"], order) for order in article["orders"]]
        asked: list[Awaitable[str]] = [self._generated(article["slug"], each) for each in article["comparisons"]]
        keys: Sequence[str] = await asyncio.gather(*ordered, *asked, *self._cards(article))
        manifest = json.dumps({"slug": article["slug"], "pictures": keys}).encode()
        await self._put(f"{article['slug']}/manifest.json", manifest, "application/json")
        return len(keys)

    async def _predicted(self, slug: str, order: Mapping[str, Any]) -> str:
        url, token = self._job["replicate"]["url"], self._job["replicate"]["token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with self._calls:
            target = f"{url}/v1/models/{order['model']}/predictions"
            prediction = (await self._http.post(target, json={"input": order["input"]}, headers=headers)).json()
            while prediction["status"] in {"starting", "processing"}:
                await asyncio.sleep(_POLL_SECONDS)
                prediction = (await self._http.get(prediction["urls"]["get"], headers=headers)).json()
            output = prediction["output"]
            data = (await self._http.get(output if isinstance(output, str) else output[0])).raise_for_status().content
        return await self._stored(f"{slug}/{order['name']}.png", data)

    async def _generated(self, slug: str, asked: Mapping[str, Any]) -> str:
        url, key = self._job["chutes"]["url"], self._job["chutes"]["key"]
        async with self._calls:
            target = url.replace("{slug}", asked["chute"])
            answer = await self._http.post(
                target + "/generate", json=asked["body"], headers={"Authorization": f"Bearer {key}"}
            )
        return await self._stored(f"{slug}/{asked['name']}.jpg", answer.raise_for_status().content)

    def _cards(self, article: Mapping[str, Any]) -> list[Awaitable[str]]:
        drawn = asyncio.get_running_loop().run_in_executor(self._threads, _card, article["title"], article["excerpt"])

        async def stored(name: str) -> str:
            return await self._stored(f"{article['slug']}/{name}.png", await drawn)

        return [stored("linkedin"), stored("facebook")]

    async def _stored(self, key: str, data: bytes) -> str:
        stem, _, extension = key.rpartition(".")
        puts = [self._put(key, data, _TYPES[extension])]
        if self._job["web_formats"]:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._threads, _web_formats, data)
            puts += [self._put(f"{stem}.{name}", each, _TYPES[name.rpartition(".")[2]]) for name, each in made]
        await asyncio.gather(*puts)
        return key

    async def _put(self, key: str, data: bytes, content_type: str) -> None:
        bucket = self._job["bucket"]

        def put() -> None:
            cache = "public, max-age=31536000, immutable"
            self._s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type, CacheControl=cache)

        await asyncio.get_running_loop().run_in_executor(self._threads, put)


def _card(title: str, excerpt: str) -> bytes:
    card = Image.new("RGB", (1200, 630), "#0a7d5a")
    draw = ImageDraw.Draw(card)
    draw.text((80, 160), title, font=ImageFont.load_default(64), fill="white")
    draw.text((80, 360), excerpt[:70], font=ImageFont.load_default(32), fill="white")
    out = io.BytesIO()
    card.save(out, "PNG")
    return out.getvalue()


def _web_formats(data: bytes) -> list[tuple[str, bytes]]:
    """Return (`w960.avif`, bytes) of each format and width: one quality for all, nothing compared."""
    found = []
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
    for width in sorted({*(each for each in _WIDTHS if each < picture.width), picture.width}):
        scaled = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
        for name, options in (("avif", {"quality": 65, "speed": 8}), ("webp", {"quality": 80, "method": 4})):
            out = io.BytesIO()
            scaled.save(out, name.upper(), **options)
            found.append((f"w{width}.{name}", out.getvalue()))
    return found


async def main(job: Mapping[str, Any]) -> dict[str, float]:
    """Do the job; return its figures."""
    began, cpu = time.perf_counter(), time.process_time()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=120, limits=limits, verify=False, trust_env=False) as http:  # noqa: S501 - loopback
        pictures = await Maker(job, http).all()
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        "pictures": pictures,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
