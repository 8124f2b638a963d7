"""Holds a report against a count of files: `python -m tests.reliability.many_tenants [--articles 2000]`.

Ten tenants whose names begin with each other's, with so many generated articles in the embedded storage. The command
`usage` reports on them; this script counts the same files by itself, and what it has planted: orphans, missing
objects, duplicates, spend. Exit code 1 where a figure of a tenant is another one.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.reliability.harness.world import open_world, prefect_server
from tests.reliability.rows.table import console

TENANTS = ("a", "ac", "acme", "acme-", "acme_", "acme-2", "acme_2", "acme2", "acme-2-x", "acme_2-x")
_FOLDERS = ("_claims", "_results", "_reports")  # with the embedded storage, records are beside the bucket
_MODELS = {"replicate:black-forest-labs/flux-dev": 0.025, "chutes:qwen-image": 0.02}


def slug_of(number: int) -> str:
    """Return a slug that begins as others do, or is called as a tenant is."""
    return f"{('tee', 'tee-2', 'acme-2', 'acme')[number % 4]}{f'-x{number // 4}' if number >= 4 else ''}"


def article(bucket: Path, tenant: str, number: int) -> Counter[str]:
    """Write an article as a run leaves it, and return what was planted: every seventh has an orphan, and so on."""
    place, planted = f"{tenant}/{slug_of(number)}", Counter[str](articles=1)
    unique = f"{place}: ".encode() * (1 + number % 5)
    names = {"hero.png": b"hero", "hero.w480.webp": b"small", "hero_0123456789abcdef.png": b"hero",
             "platform/linkedin_og.png": b"card", "platform/facebook_og.png": b"other card"}  # fmt: skip
    files = {f"{place}/{name}": unique + data for name, data in names.items()}
    others = {"variants": [{"key": f"{place}/hero.w480.webp"}], "pinned_key": f"{place}/hero_0123456789abcdef.png"}
    hero = {"key": f"{place}/hero.png", "kind": "hero", "durable": True, **others}
    cards = [{"key": key, "kind": "card", "durable": True} for key in files if "/platform/" in key]
    images: list[dict[str, Any]] = [hero, *cards]
    if number % 7 == 0:
        files[f"{place}/platform/tiktok_00000000.png"] = unique + b"nobody names it"
        planted["orphans"] += 1
    if number % 11 == 0:
        images.append({"key": f"{place}/supporting/none.png", "kind": "supporting", "durable": True})
        planted["missing"] += 1
    if number % 13 == 0:
        files[f"{place}/supporting/twin.png"] = b"the same for all of " + tenant.encode()
        images.append({"key": f"{place}/supporting/twin.png", "kind": "supporting", "durable": True})
        planted["duplicates"] += bool(number)
        planted["supporting"] += 1
    planted.update(hero=1, card=2)
    manifest = json.dumps({"status": "complete", "images": images}).encode()
    files |= {f"{place}/manifest.json": manifest, f"{place}/gallery.html": b"<p>" + unique}
    files[f"_claims/{place}.json"] = b"{}"
    for key, data in files.items():
        (bucket / key).parent.mkdir(parents=True, exist_ok=True)
        (bucket / key).write_bytes(data)
    return planted


def spend(records: Path, tenant: str, pictures: int) -> Counter[str]:
    """Write the record of what a tenant has spent this month; return it by model, in thousandths of a USD."""
    made = {model: {"usd": round(pictures * usd, 3), "pictures": pictures} for model, usd in _MODELS.items()}
    total = round(sum(one["usd"] for one in made.values()), 3)
    path = records / tenant / "_spend" / f"{datetime.now(UTC):%Y-%m}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"spent": total, "made": made}))
    return Counter({model.partition(":")[2]: round(1000 * pictures * usd) for model, usd in _MODELS.items()})


def written(bucket: Path, records: Path, articles: int) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Write all articles, the tenants in turn; return by tenant what was planted, and what was spent."""
    planted = {tenant: Counter[str]() for tenant in TENANTS}
    for number in range(articles):
        tenant = TENANTS[number % len(TENANTS)]
        planted[tenant] += article(bucket, tenant, number // len(TENANTS))
    return planted, {tenant: spend(records, tenant, 1 + at) for at, tenant in enumerate(TENANTS)}


def listing(bucket: Path) -> list[tuple[str, int]]:
    """List all files with their sizes."""
    return sorted((str(path), path.stat().st_size) for path in bucket.rglob("*") if path.is_file())


def counted(bucket: Path, tenant: str) -> dict[str, int]:
    """Count the files of a tenant."""
    folders = [bucket / tenant, *(bucket / folder / tenant for folder in _FOLDERS)]
    sizes = [path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {"objects": len(sizes), "bytes": sum(sizes)}


def differences(one: dict[str, Any], bucket: Path, planted: Counter[str], spent: Counter[str]) -> Iterator[str]:
    """Yield the figures of a tenant's report that are not those of the files and of what was planted."""
    wanted: dict[str, Any] = counted(bucket, one["user_id"])
    wanted |= {name: planted[name] for name in ("articles", "orphans", "missing", "duplicates")}
    wanted["images"] = {kind: planted[kind] for kind in ("hero", "card", "supporting") if planted[kind]}
    wanted["spend_by_model"] = {model: thousandths / 1000 for model, thousandths in spent.items()}
    wanted["spend_usd"] = spent.total() / 1000
    for name, value in wanted.items():
        if one[name] != value:
            yield f"{one['user_id']}: {name} {one[name]}, counted {value}"


def main() -> int:
    """Write the articles, report, count, compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.many_tenants", description=__doc__)
    parser.add_argument("--articles", type=int, default=2000, help="of all tenants together (default 2000)")
    options, out = parser.parse_args(), console()
    with ExitStack() as parts:
        root = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="article-images-tenants-")))
        api = parts.enter_context(prefect_server(root / "prefect"))
        world = parts.enter_context(open_world(root / "world", api, embedded=True))
        planted, spent = written(world.bucket, world.data / "results", options.articles)
        files = listing(world.bucket)
        done = world.call("usage", "--json", seconds=600)
        report = json.loads((world.folder / "stdout").read_text())
        told = {one["user_id"]: one for one in report["tenants"]}
        wrong = [] if sorted(told) == sorted(TENANTS) else [f"tenants: {sorted(told)}"]
        wrong += [] if listing(world.bucket) == files else ["the bucket has other files than before"]
        for name, one in told.items():
            wrong += differences(one, world.bucket, planted[name], spent[name])
        total = report["total"]
    for line in wrong:
        out.print(line, style="red", markup=False)
    out.print(
        f"{len(told)} tenants, {total['articles']} articles, {total['objects']} objects, {total['bytes']} bytes,"
        f" {total['orphans']} orphans, {total['missing']} missing, {total['duplicates']} duplicates,"
        f" {total['spend_usd']:.3f} USD in {done.seconds:.0f} s; exit {done.exit_code}, {len(wrong)} figures differ",
        style="bold red" if wrong else "bold green",
        highlight=False,
    )
    return 1 if wrong or done.exit_code else 0


if __name__ == "__main__":
    sys.exit(main())
