"""Faults of a migration: killed, hosts that misbehave, a bucket that is away; nothing is lost, repeated or harmed."""

import json
import os
import signal
import subprocess
import sysconfig
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from imaging.marking.marks import marks
from tests import forking
from tests.blocks.hosts import FileHost
from tests.flows.migration_run.migrations import asked, counts, host, manifest, migrated, png
from tests.reliability.harness.s3_proxy import S3Proxy
from tests.world import STARTED, World

__all__ = ["host"]


def posts(folder: Path, host: FileHost, articles: int, each: int) -> Path:
    """Put articles with pictures of the host into a folder."""
    folder.mkdir()
    for number in range(articles):
        names = [f"/{number}-{one}.png" for one in range(each)]
        pictures = "\n".join(f"![{name}]({host.page(name, png(name))})" for name in names)
        (folder / f"{number}.md").write_text(f"---\ntopic: Artikel {number}\n---\n{pictures}\n")
    return folder


def test_a_killed_migration_goes_on_and_repeats_nothing(
    world: World, host: FileHost, tmp_path: Path, prefect_api: str
) -> None:
    """After kill -9 in the middle the next run asks for no noted address again, and every object is in a manifest."""
    folder = posts(tmp_path / "posts", host, articles=8, each=3)
    host.fault("download", "slow", times=None, seconds=0.02)
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    process = subprocess.Popen(
        [forking.python(), str(script), "migrate", str(folder)],
        env=os.environ | {"PREFECT_API_URL": prefect_api},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    manifests = 0
    while manifests < 2 and process.poll() is None:
        time.sleep(0.05)
        manifests = sum(key.endswith("manifest.json") for key in world.objects())
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    host.faults.clear()
    before = Counter(asked(host))
    assert 0 < len(before) < 24

    assert counts(migrated(folder)) == {"moved": 24}

    again = Counter(asked(host))
    assert set(again) == {f"/{number}-{one}.png" for number in range(8) for one in range(3)}
    assert sum(again.values()) <= 24 + 8  # those that were under way
    known = {image["key"] for number in range(8) for image in manifest(world, "default", f"artikel-{number}")["images"]}
    assert known == {key for key in world.objects() if "/migrated/" in key}
    assert len(known) == 24


def test_hosts_are_asked_as_they_wish(
    world: World, host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short Retry-After is waited for; a host that hangs leaves the address for later; a huge file is refused."""
    monkeypatch.setenv("IMAGES_DOWNLOAD_TIMEOUT", "0.5")
    good = host.page("/good.png", png("good"))
    host.fault("download", 429, times=1, match=lambda call: call.path == "/good.png", headers={"Retry-After": "0"})
    stalled = host.page("/stalled.png", png("stalled"))
    host.fault("download", "stall", times=None, match=lambda call: call.path == "/stalled.png")
    huge = host.page("/huge.png", b"\x89PNG\r\n\x1a\n" + bytes(2_000_000))
    monkeypatch.setenv("IMAGES_MAX_BYTES", "1000000")
    source = tmp_path / "links.csv"
    source.write_text("url\n" + "".join(f"{one}\n" for one in (good, stalled, huge)))
    report = migrated(source)
    assert counts(report) == {"moved": 1, "later": 1, "refused": 1}, report.trouble
    host.faults.clear()
    assert counts(migrated(source)) == {"moved": 2, "refused": 1}
    assert Counter(asked(host))["/huge.png"] == 1
    assert counts(migrated(source, recheck=True)) == {"moved": 2, "refused": 1}
    assert Counter(asked(host))["/huge.png"] == 2


def test_a_picture_that_the_bucket_did_not_take_waits_here(
    world: World, host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the bucket takes nothing, what was fetched is kept: the next run stores it, though the address is dead."""
    folder = posts(tmp_path / "posts", host, articles=2, each=1)
    with S3Proxy(world.environment["B2_ENDPOINT"].removeprefix("http://")) as bucket:
        monkeypatch.setenv("B2_ENDPOINT", bucket.base_url)
        bucket.fail(503, match=lambda call: call.method == "PUT" and "migrated" in call.path)
        report = migrated(folder)
        assert counts(report) == {"later": 2}, report.trouble
        bucket.mend()
        host.pages.clear()
        assert counts(migrated(folder)) == {"moved": 2}
    assert len(manifest(world, "default", "artikel-1")["images"]) == 1


def test_a_refused_bucket_ends_the_migration(
    world: World, host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that the bucket refuses is said once, and no address is marked for it."""
    folder = posts(tmp_path / "posts", host, articles=3, each=1)
    monkeypatch.setenv("B2_APPLICATION_KEY", "wrong")
    with pytest.raises(Exception, match="B2_APPLICATION_KEY"):
        migrated(folder)
    monkeypatch.setenv("B2_APPLICATION_KEY", world.environment["B2_APPLICATION_KEY"])
    assert counts(migrated(folder)) == {"moved": 3}


def test_pictures_by_people_are_not_marked(world: World, host: FileHost, tmp_path: Path) -> None:
    """With `made_by` people, pictures are stored as they are; two tenants with one link have a copy each."""
    address = host.page("/photo.png", png("photo"))
    source = tmp_path / "links.jsonl"
    rows: list[dict[str, Any]] = [{"title": "Tee", "user_id": one, "url": address} for one in ("acme", "acme-2")]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert counts(migrated(source, made_by="people")) == {"moved": 2}
    for user_id in ("acme", "acme-2"):
        (image,) = manifest(world, user_id, "tee")["images"]
        assert image["provider"] == "people"
        assert image["key"].startswith(f"{user_id}/tee/")
        assert world.store.get(image["key"]) == png("photo")
        assert not marks(png("photo"))
