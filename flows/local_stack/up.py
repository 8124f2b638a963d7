"""`article-images up`: the whole local stack in the foreground.

    server (UI, API, SQLite) ─▶ setup ─▶ storage ─▶ worker, deployments of prefect.yaml ─▶ watched until a signal

The parts end in reverse order, so that a stopped run can still report its state. Deployments are created by `prefect
deploy` and served by a worker of their pool, as on any other server, so that prefect.yaml is the only list of them,
with triggers and schedules. (`prefect.serve` would need a second list in Python, and remove them from their pool.)
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, get_current_settings, temporary_settings

from blocks.configuration.data_dir import DataDir
from blocks.configuration.settings import Settings, load_settings
from blocks.observability.terminal import echo
from blocks.provisioning.pool import POOL
from blocks.provisioning.setup import setup
from blocks.services import configured_store
from blocks.storage.embedded import is_served, shared_storage
from blocks.storage.private_files import CHILD_UMASK
from flows.local_stack.deployments import FORM, deploy, serving_worker, wait_until
from flows.local_stack.finished import FinishedRuns
from flows.local_stack.leftovers import children_ended
from flows.local_stack.note import exclusive_up
from flows.local_stack.part import Part, explained_by
from flows.local_stack.place import Place
from flows.local_stack.server import check_free, foreground_server
from imaging.errors import ConfigurationError

_LOOK_AGAIN_SECONDS = 0.5
_LOOK_FOR_RUNS_SECONDS = 2.0


def up(port: int) -> None:
    """Serve the stack until an exception, such as a signal's, then end all of it.

    Raises ConfigurationError if it cannot be served here, PartEnded if a part ends unexpectedly.
    """
    settings = load_settings()
    os.umask(CHILD_UMASK)  # files of this process and its children are for this user alone
    home, data_dir = PREFECT_HOME.value(), settings.images_data_dir.resolve()
    _refuse_another_api(port)
    with exclusive_up(home, f"http://127.0.0.1:{port}") as (mark, left_behind):
        if left_behind:
            _say(f"ended processes that an earlier `up` had left behind: {left_behind}")
        check_free(port)
        with children_ended(mark) as watcher:
            place = Place(port, home, data_dir, mark)
            _serve(place, settings, Part.of("the watcher over `up`", watcher, place.log("watcher")))


def _refuse_another_api(port: int) -> None:
    """Raise ConfigurationError for another API, which must not get a worker that stores on this machine."""
    url = urlsplit(get_current_settings().api.url or "")
    if url.hostname and (url.hostname not in ("127.0.0.1", "localhost") or url.port != port):
        raise ConfigurationError(
            f"PREFECT_API_URL names the server {url.hostname}, but `up` starts its own: unset it. To serve"
            f" the deployments of that server: prefect deploy --all, then prefect worker start --pool {POOL}"
        )


def _serve(place: Place, settings: Settings, watcher: Part) -> None:
    _say("starting the Prefect server; on a fresh machine this takes a minute")
    log = place.log("server")
    with (
        foreground_server(place.home, place.port, log, place.environment()) as server,
        temporary_settings({PREFECT_API_URL: place.api}),
        explained_by(parts := [watcher, Part.of("the Prefect server", server, log)]),
    ):
        _say("setting up storage and deployments")
        _set_up(place)
        with _storage(place, settings) as (pictures, storage), serving_worker(place) as (worker, ready):
            _serve_deployments(place, pictures, [*parts, *storage, worker], ready)


def _serve_deployments(place: Place, pictures: str, parts: list[Part], ready: int) -> None:
    began = datetime.now(UTC)
    with explained_by(parts):
        deploy(place)
        _set_up(place)  # again, since some automations need the deployments
        wait_until(ready, parts)
        _welcome(place, pictures)
        _watch(parts, FinishedRuns(place.ui, began))


def _set_up(place: Place) -> None:
    place.log("setup").write_text("".join(f"{line}\n" for line in setup()))


@contextmanager
def _storage(place: Place, settings: Settings) -> Iterator[tuple[str, list[Part]]]:
    """Yield the pictures' address, and the parts that serve them: none if a bucket is configured."""
    bucket = configured_store(settings)
    if bucket is not None:
        yield bucket.public_base, []
        return
    with shared_storage(place.data_dir) as (store, ports):
        base = str(settings.images_public_base_url or store.public_base).rstrip("/")
        yield (
            f"{base}/  (files: {DataDir(place.data_dir).storage / store.bucket.bucket_name})",
            [
                Part("the embedded storage (S3)", partial(is_served, ports.s3), place.log("s3")),
                Part("the embedded storage (reading)", partial(is_served, ports.http), place.log("http")),
            ],
        )


def _welcome(place: Place, pictures: str) -> None:
    with get_client(sync_client=True) as client:
        form = client.read_deployment_by_name(FORM)
    _say(
        f"""ready

  Make pictures  {place.ui}/deployments/deployment/{form.id}/run
                 the run form of {FORM}: only the topic is needed
  Prefect UI     {place.ui}
  Pictures       {pictures}
  Logs           {place.logs}
  Stop           Ctrl-C

Runs, as they end:"""
    )


def _watch(parts: list[Part], finished: FinishedRuns) -> None:
    """Print each run that ends, until a part of the stack ends. Raises PartEnded."""
    next_look = 0.0
    while True:
        for part in parts:
            part.check()
        if time.monotonic() >= next_look:
            for line in finished.lines():
                _print(line)
            next_look = time.monotonic() + _LOOK_FOR_RUNS_SECONDS
        time.sleep(_LOOK_AGAIN_SECONDS)


def _say(text: str) -> None:
    _print(f"article-images up: {text}")


def _print(text: str) -> None:
    with suppress(OSError):  # a closed terminal must not prevent stopping the stack
        for line in text.split("\n"):
            echo(line)
