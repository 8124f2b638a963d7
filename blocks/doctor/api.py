"""Checks of the Prefect API: reachability, version, database and server settings."""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import prefect
from packaging.version import Version
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_SSL_CERT_FILE, PREFECT_API_TLS_INSECURE_SKIP_VERIFY, PREFECT_API_URL

from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import Installation
from blocks.doctor.work import online_workers
from blocks.network.proxies import is_this_machine
from blocks.network.unreached import unreached
from imaging.errors import ConfigurationError

_LEASES = "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"
_LEASES_ON_DISK = "prefect.server.concurrency.lease_storage.filesystem"
_BATCHES = "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE"
_QUICK_BATCH = 50
_REFUSALS = {401, 403}
_SECONDS = 10.0


def check_reachable(url: str) -> None:
    """Raise ConfigurationError if no Prefect API answers at `url`, or if it refuses our login."""
    trouble: Finding | None = reachable(url)
    if trouble and trouble.level == "ok":
        with get_client(sync_client=True) as client:
            trouble = refusal(client)
    if trouble:
        raise ConfigurationError(f"PREFECT_API_URL: {trouble.text}. To fix it: {trouble.mend}")


def reachable(url: str) -> Finding:
    """Check that the API at `url` answers; not with Prefect's client, which would retry for minutes."""
    name, shown = "Prefect API", _shown(url)
    start = "start it (prefect server start), or set PREFECT_API_URL; unset, article-images uses a server of its own"
    try:
        with httpx.Client(verify=_authorities(), timeout=_SECONDS, follow_redirects=True) as asker:
            answer = asker.get(f"{url.rstrip('/')}/health")
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
        return failure(name, f"{shown} is no address", "write it like http://127.0.0.1:4200/api")
    except (httpx.HTTPError, OSError) as error:
        return failure(name, f"{shown} cannot be reached: {unreached(error)}", start)
    needs_login = answer.status_code in _REFUSALS  # checked by `refusal`, with the client's credentials
    if needs_login or (answer.is_success and "html" not in answer.headers.get("content-type", "")):
        return well(name, f"{shown} answers")
    text = f"{shown} answers {answer.status_code}, but not as a Prefect API"
    return failure(name, text, "set PREFECT_API_URL to the API: it ends in /api on a server of your own")


def _authorities() -> ssl.SSLContext | bool:
    """Return the TLS verification of Prefect's client."""
    if PREFECT_API_TLS_INSECURE_SKIP_VERIFY.value():
        return False
    file = PREFECT_API_SSL_CERT_FILE.value()
    return ssl.create_default_context(cafile=file) if file else True


def refusal(client: SyncPrefectClient) -> Finding | None:
    """Return the failure of our login, None if it is accepted."""
    try:
        client.read_variables(limit=1)
    except httpx.HTTPStatusError as error:
        if error.response.status_code in _REFUSALS:
            mend = "set PREFECT_API_KEY (Prefect Cloud) or PREFECT_API_AUTH_STRING (a server of your own)"
            return failure("Prefect API", f"refuses the login: it answers {error.response.status_code}", mend)
    except httpx.HTTPError:
        pass  # reported by the checks
    return None


def check_version(installation: Installation) -> Iterator[Finding]:
    """Compare the server's version with the client's."""
    if installation.client is None:
        return
    try:
        server = Version(str(installation.client.request("GET", "/admin/version").json()))
    except httpx.HTTPStatusError:
        return  # Prefect Cloud does not expose it
    ours = Version(prefect.__version__)
    text = f"server {server}, this client {ours}"
    if server.release[:2] == ours.release[:2]:
        yield well("Prefect version", text)
    else:
        mend = f"run the server with this version too: pip install 'prefect=={ours}'"
        yield (warning if server.major == ours.major else failure)("Prefect version", text, mend)


def check_server(installation: Installation) -> Iterator[Finding]:
    """Check the server's settings for locks, automations and SQLite, if it exposes them."""
    server = _settings(installation.client) if installation.client else None
    if server is None:
        return
    if server["concurrency"]["lease_storage"].endswith(".memory"):
        text = "locks are in the server's memory: after a restart, that of a killed run is never released"
        yield warning("leases", text, f"start the server with {_LEASES}={_LEASES_ON_DISK}")
    else:
        yield well("leases", "locks survive a restart of the server")
    services = server["services"]
    off = [name for name in ("triggers", "scheduler", "event_persister") if not services[name]["enabled"]]
    for name in off:
        text = f"{name} is switched off on the server: automations or scheduled runs do not work"
        yield warning("services", text, f"start the server with PREFECT_SERVER_SERVICES_{name.upper()}_ENABLED=true")
    if not off:
        # A server that was started with --no-services has the same settings, and nothing in its API tells it apart:
        # its services may run in a process of their own (`prefect server services start`).
        yield well("services", "no setting switches triggers, schedules or events off (--no-services would not show)")
    yield _database(server, _workers(installation.client))


def _database(server: Mapping[str, Any], workers: int) -> Finding:
    kind = _kind(server)
    if kind == "SQLite" and workers > 1:
        text = f"SQLite, with {workers} workers: it stalls when many machines write"
        mend = "use one worker, or PostgreSQL (PREFECT_SERVER_DATABASE_CONNECTION_URL of the server)"
        return warning("database", text, mend)
    if kind == "SQLite" and server["services"]["task_run_recorder"]["read_batch_size"] < _QUICK_BATCH:
        text = "SQLite, with settings that make it stall for seconds between runs"
        return warning("database", text, f"start the server with {_BATCHES}={_QUICK_BATCH}, or use PostgreSQL")
    return well("database", kind or "unknown: the API does not expose it")


def _kind(server: Mapping[str, Any]) -> str | None:
    """Return SQLite or PostgreSQL, by the driver if it is set, else by the database file of a local server."""
    driver = str(server["database"]["driver"] or "")
    if "postgresql" in driver or server["database"]["host"]:
        return "PostgreSQL"
    here = is_this_machine(httpx.URL(str(PREFECT_API_URL.value())).host)
    in_use = here and (Path(server["home"]) / "prefect.db-wal").exists()
    return "SQLite" if "sqlite" in driver or in_use else None


def _workers(client: SyncPrefectClient | None) -> int:
    try:
        return len(online_workers(client)) if client else 0
    except httpx.HTTPStatusError:  # no such pool
        return 0


def _settings(client: SyncPrefectClient) -> dict[str, Any] | None:
    """Return the server's settings, with its home; None if it does not expose them, like Prefect Cloud."""
    try:
        settings = client.request("GET", "/admin/settings").json()
    except httpx.HTTPStatusError:
        return None
    return {**settings["server"], "home": settings["home"]}


def _shown(url: str) -> str:
    """Return the address without credentials, query and fragment."""
    try:
        return str(httpx.URL(url).copy_with(userinfo=b"", query=None, fragment=None))
    except (httpx.InvalidURL, UnicodeError):
        return "PREFECT_API_URL"
