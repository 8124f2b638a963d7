"""Ways to migrate a source in this process, and a host of old pictures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.legacy_migration import legacy_migration
from imaging.migration.report import MigrationReport
from tests.blocks.hosts import FileHost
from tests.standins.pictures import picture
from tests.world import World


@pytest.fixture
def host(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileHost]:
    """A host of old pictures that may be fetched from, beside the stand-ins of the vendors."""
    with FileHost() as running:
        allowed = world.environment["IMAGES_DOWNLOAD_HOSTS"]
        monkeypatch.setenv("IMAGES_DOWNLOAD_HOSTS", f"{allowed},{running.base_url.removeprefix('http://')}")
        monkeypatch.setenv("IMAGES_HOST_PACE", "1000")
        yield running


def migrated(source: Path | str, user_id: str | None = None, **options: Any) -> MigrationReport:
    """Run the flow in this process and return its report."""
    state: Any = legacy_migration(str(source), user_id, return_state=True, **options)
    report = state.result()
    assert isinstance(report, MigrationReport)
    return report


def counts(report: MigrationReport) -> dict[str, int]:
    return {status: number for status, number in report.counts.items() if number}


def png(seed: str) -> bytes:
    return picture(seed, 256, 192, "png")


def manifest(world: World, user_id: str, slug: str) -> dict[str, Any]:
    found = world.store.get_json(f"{user_id}/{slug}/manifest.json")
    assert isinstance(found, dict)
    return found


def asked(host: FileHost) -> list[str]:
    return sorted(call.path for call in host.requests)
