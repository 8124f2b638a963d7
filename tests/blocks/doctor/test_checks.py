"""Checks of what the doctor's tests cannot break for real: the clock, Pillow, fonts, and somebody else's server."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from PIL import features
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.doctor.api import check_server, check_version
from blocks.doctor.checks import Check, examine
from blocks.doctor.credentials import check_blocks
from blocks.doctor.finding import Finding
from blocks.doctor.installation import Installation
from blocks.doctor.machine import check_fonts
from blocks.doctor.storage import check_storage
from blocks.doctor.telemetry import check_collector
from blocks.doctor.vendors import check_download_hosts, check_vendors
from blocks.doctor.versions import check_pillow
from imaging.typesetting import fonts
from tests.blocks.hosts import FileHost
from tests.standins import Answer, FalStandin


def findings(check: Check, installation: Installation | None = None) -> dict[str, Finding]:
    """What one check finds without an API, by name."""
    return {finding.name: finding for finding in check(installation or Installation.now(None, local=True))}


@pytest.mark.parametrize(("minutes", "level"), [(0, "ok"), (5, "warn"), (-20, "FAIL")])
def test_a_clock_that_is_wrong(files: FileHost, monkeypatch: pytest.MonkeyPatch, minutes: int, level: str) -> None:
    """The bucket's own clock is what signatures are judged by: beyond 15 minutes it refuses them."""
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    files.pages["/"] = Answer(403, headers={"Date": date})
    for name, value in {
        "ENDPOINT": files.base_url,
        "KEY_ID": "k",
        "APPLICATION_KEY": "s",
        "BUCKET_NAME": "bucket",
    }.items():
        monkeypatch.setenv(f"B2_{name}", value)
    assert findings(check_storage)["clock"].level == level


@pytest.mark.parametrize(
    "answer", [Answer(200, b"<html>", "text/html"), Answer(403, b"<html>", "text/html"), Answer(307)]
)
def test_an_endpoint_that_is_no_store(files: FileHost, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    """A page to sign in on and a redirect are a matter of the endpoint, and not of the keys."""
    monkeypatch.setattr(files, "answer", lambda _: answer)
    given = {"ENDPOINT": files.base_url, "KEY_ID": "k", "APPLICATION_KEY": "s", "BUCKET_NAME": "bucket"}
    for name, value in given.items():
        monkeypatch.setenv(f"B2_{name}", value)
    found = findings(check_storage)["storage write"]
    assert (found.level, str(found.mend).partition(" to ")[0]) == ("FAIL", "set B2_ENDPOINT")


def test_pictures_that_would_be_paid_for_and_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of hosts without Replicate's breaks every picture of Replicate; so it is said before one is ordered."""
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_token")
    monkeypatch.setenv("IMAGES_DOWNLOAD_HOSTS", "logos.example")
    found = findings(check_download_hosts)["download hosts"]
    assert found.level == "FAIL"
    assert "IMAGES_DOWNLOAD_HOSTS=logos.example,replicate.delivery,*.replicate.delivery" in str(found.mend)
    monkeypatch.setenv("IMAGES_DOWNLOAD_HOSTS", "https://logos.example")
    assert findings(check_download_hosts)["download hosts"].level == "FAIL"


def test_a_vendor_that_no_model_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key is missed where a model of its is used, and nowhere else."""
    assert findings(check_blocks)["block fal/fal"].level == "ok"
    model = '{"hero": {"provider": "fal", "name": "fal-ai/flux-pro/v1.1-ultra"}}'
    monkeypatch.setenv("IMAGES_MODELS", model)
    assert findings(check_blocks)["block fal/fal"].level == "warn"
    monkeypatch.setenv("FAL_KEY", "key")
    assert findings(check_blocks)["block fal/fal"].level == "ok"


def test_a_key_of_fal_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor's look is free, and tells a key that is taken, one that is refused and an account that is locked."""
    with FalStandin() as fal:
        for name, value in fal.environment().items():
            monkeypatch.setenv(name, value)
        assert findings(check_vendors)["fal.ai key"].level == "ok"
        fal.fault("get", 403)
        assert findings(check_vendors)["fal.ai key"].mend == "top up the account"
        monkeypatch.setenv("FAL_KEY", "other")
        assert "set FAL_KEY" in str(findings(check_vendors)["fal.ai key"].mend)
        assert fal.paid == []


def test_a_collector_that_is_away(files: FileHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are silent about a collector that takes nothing: so the doctor says it, and shows no password."""
    assert findings(check_collector) == {}
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", files.base_url)
    assert findings(check_collector)["collector"].level == "ok"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:geheim@127.0.0.1:9")
    found = findings(check_collector)["collector"]
    assert (found.level, "127.0.0.1:9" in found.text, "geheim" in found.text) == ("warn", True, False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    assert "pip install" in str(findings(check_collector)["collector"].mend)


def test_a_pillow_without_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow built from source often lacks what cards and web formats need."""
    monkeypatch.setattr(features, "check", lambda feature: feature == "webp")
    assert "raqm" in findings(check_pillow)["Pillow"].text


def test_a_font_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The typeface and the package that it comes from are named."""
    fonts.load.cache_clear()
    monkeypatch.setitem(sys.modules, "font_manrope", None)
    found = findings(check_fonts)["fonts"]
    assert (found.level, "Manrope of font_manrope" in found.text) == ("FAIL", True)


def test_coloured_emoji_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards do without them, so it is no failure; what to install is said."""
    monkeypatch.setitem(sys.modules, "dynamic_font", None)
    found = findings(check_fonts)["emoji"]
    assert (found.level, "pip install dynamic-font" in str(found.mend)) == ("warn", True)


@pytest.fixture
def foreign_api(files: FileHost) -> Iterator[Installation]:
    """A server of another version, with settings that do not suit us, which refuses whatever else it is asked."""
    services = {name: {"enabled": name != "triggers"} for name in ("triggers", "scheduler", "event_persister")}
    server = {
        "concurrency": {"lease_storage": "prefect.server.concurrency.lease_storage.memory"},
        "services": services | {"task_run_recorder": {"read_batch_size": 1}},
        "database": {"driver": "sqlite+aiosqlite", "host": None},
    }
    files.pages["/api/admin/version"] = Answer.json("3.7.1")
    files.pages["/api/block_documents/filter"] = Answer.json([])
    files.pages["/api/admin/settings"] = Answer.json({"home": "/home/else/.prefect", "server": server})
    with temporary_settings({PREFECT_API_URL: f"{files.base_url}/api"}), get_client(sync_client=True) as client:
        yield Installation.now(client, local=False)


def test_what_the_api_does_not_tell_is_not_claimed(foreign_api: Installation, files: FileHost) -> None:
    """A server that runs none of its services has the settings of one that does: no more is said than that."""
    said = files.pages["/api/admin/settings"].body.replace(b"false", b"true")
    files.pages["/api/admin/settings"] = Answer(200, said)
    found = findings(check_server, foreign_api)["services"]
    assert (found.level, "are on" in found.text, "--no-services" in found.text) == ("ok", False, True)


def test_a_server_that_is_not_as_it_should_be(foreign_api: Installation) -> None:
    """Version, leases, services and database are each told with the setting that mends them."""
    found = findings(check_version, foreign_api) | findings(check_server, foreign_api)
    assert {name: finding.level for name, finding in found.items()} == dict.fromkeys(
        ("Prefect version", "leases", "services", "database"), "warn"
    )
    for name, setting in {"leases": "LEASE_STORAGE", "services": "TRIGGERS_ENABLED", "database": "BATCH_SIZE"}.items():
        assert f"PREFECT_SERVER_{'CONCURRENCY_' if name == 'leases' else 'SERVICES_'}" in str(found[name].mend)
        assert setting in str(found[name].mend)


def test_a_check_that_breaks_breaks_no_other(foreign_api: Installation) -> None:
    """An API that answers nonsense makes findings, in every check that asks it, and no error."""
    found = list(examine(foreign_api))
    assert any("cannot be checked: " in finding.text for finding in found)
    assert {"packages", "fonts", "settings", "data directory", "storage delete"} <= {finding.name for finding in found}
