"""Erasing a tenant or an article: finds what there is, deletes it place by place, and looks again.

Each place can be emptied again, and the order is such that a killed erasure can be run again: what starts new runs goes
first; orders go before the records that lead to them, claims and manifests last in their folders, runs behind their
artifacts. So nothing notes how far it came.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from prefect.client.orchestration import SyncPrefectClient

from blocks.configuration.defaults import SOURCES
from blocks.erasure.in_prefect import Entries, Limits, Runs, SharedArtifacts, parameters_naming
from blocks.erasure.known import Known
from blocks.erasure.objects import Folders, Orders, Pictures, below
from blocks.erasure.places import Place, Things
from blocks.erasure.shared import Documents, shared_prefixes
from blocks.erasure.shelves import BucketShelf, FolderShelf, Shelf
from blocks.erasure.this_machine import IndexPages, OldAddresses, SpoolEntries, own_files
from blocks.locks.one_at_a_time import one_at_a_time
from blocks.services import Services
from blocks.usage.places import buckets_of
from imaging.erasure.report import ErasureReport, Found
from imaging.erasure.target import Target
from imaging.errors import InvalidInput
from imaging.names import keys, lock_names

Tell = Callable[[str], None]


class Erasure:
    """One erasure. Raises StorageError, OSError and httpx.HTTPError; then it is to be run again."""

    def __init__(self, services: Services, client: SyncPrefectClient, target: Target) -> None:
        self._services = services
        self._client = client
        self._target = target
        self._limits = Limits(client, target, services.locks)

    def plan(self) -> ErasureReport:
        """Find what there is, and change nothing."""
        known = Known.of(self._target, shelves_of(self._services))
        return ErasureReport(
            user_id=self._target.user_id,
            article=self._target.slug,
            status="planned",
            places=self._found(known),
            notes=list(self._notes(known)),
        )

    def carry_out(self, planned: ErasureReport, tell: Tell = lambda _: None) -> ErasureReport:
        """Delete all of it, and look again. `tell` is called with the name of each place that is emptied.

        Raises InvalidInput while a run works on the target.
        """
        with self._held():
            known = Known.of(self._target, shelves_of(self._services))
            for place in self._places(known):
                tell(place.place)
                place.empty()
        self._limits.remove()
        # By what was known before: with the records gone, nothing else leads to notes on orders.
        left = self._found(known)
        return planned.model_copy(update={"status": "left" if left else "erased", "left": left})

    def _found(self, known: Known) -> list[Found]:
        limits = Things("limits of locks (Prefect)", self._limits.listed, self._limits.remove)
        return [found for place in [*self._places(known), limits] if (found := place.find()).versions]

    def _places(self, known: Known) -> Iterator[Place]:
        """Yield the places in the order in which they are emptied."""
        client, target = self._client, self._target
        sources, queued = Entries(target, (SOURCES,)), Runs(client, target, queued=True)
        yield Things("sources (variable images_sources)", sources.listed, sources.remove)
        yield Things("runs that have not begun (Prefect)", queued.listed, queued.remove)
        yield from stored_places(self._services, target, known)
        artifacts, runs = SharedArtifacts(client, target), Runs(client, target)
        yield Things("artifacts on all tenants (Prefect)", artifacts.listed, artifacts.remove)
        yield Things("runs with logs and artifacts (Prefect)", runs.listed, runs.remove)
        entries = Entries(target)
        yield Things("entries of variables (Prefect)", entries.listed, entries.remove)

    def check_idle(self) -> None:
        """Raise InvalidInput while a run works on the target."""
        for name in self._limits.taken():
            with self._locked(name):
                pass

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold an article's lock, so that no run of it begins. There is none on all of a tenant's articles."""
        self.check_idle()
        if self._target.slug is None:
            yield
            return
        with self._locked(lock_names.article_lock("run", self._target.user_id, self._target.slug)):
            yield

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        lock = one_at_a_time(name, self._services.locks, wait=False)
        try:
            lock.__enter__()
        except BlockingIOError:
            raise InvalidInput(
                f"USER_ID: {self._target} is being worked on: a run holds the lock {name}. Wait for its end or cancel"
                " it, and erase again"
            ) from None
        try:
            yield
        finally:
            lock.__exit__(None, None, None)

    def _notes(self, known: Known) -> Iterator[str]:
        target, settings = self._target, self._services.settings
        if not known.is_ours and any(True for shelf in shelves_of(self._services) for _ in below(shelf, target.folder)):
            yield f"the folder {target.folder} of the bucket is not touched: nothing in it is by article-images"
        if target.slug is not None:
            return
        given = {
            "IMAGES_BUDGETS": settings.images_budgets.get("tenants"),
            "IMAGES_QUOTAS": settings.images_quotas.get("tenants"),
            "IMAGES_PUBLIC_BASE_URLS": settings.images_public_base_urls,
        }
        for name, tenants in given.items():
            if target.user_id in (tenants or {}):
                yield f"{name} in the environment or .env names the tenant: edit it there"
        for deployment in parameters_naming(self._client, target):
            yield f"the deployment {deployment} has parameters or a schedule for the tenant: edit it in the UI"


def stored_places(services: Services, target: Target, known: Known) -> Iterator[Place]:
    """Yield the places in the buckets and on this machine, in the order in which they are emptied."""
    shelves = shelves_of(services)
    spool = SpoolEntries(target, services.spool.folder, known.digests)
    yield Things("spool of this machine", spool.listed, spool.remove)

    def spend_locked() -> AbstractContextManager[object]:
        is_whole = target.slug is None
        return nullcontext() if is_whole else one_at_a_time(lock_names.spend_lock(target.user_id), services.locks)

    for shelf in shelves:
        yield Orders(shelf, known.digests)
        yield Documents(target, shelf, shared_prefixes(target), known.slugs, spend_locked)
    for shelf in shelves:
        yield Pictures(target, shelf, known.is_ours)
        yield Folders(target, shelf)
    files = own_files(services, target)
    yield Things("pages and copies on this machine", files.listed, files.remove)
    pages = IndexPages(target, services.settings.data_dir.gallery)
    yield Things("pages on backlogs on this machine", pages.listed, pages.remove)
    addresses = OldAddresses(target, services.settings.data_dir.old_addresses(services.store.place))
    yield Things("old addresses known to this machine", addresses.listed, addresses.remove)


def shelves_of(services: Services) -> list[Shelf]:
    """Return the buckets, and the folder of this machine's records."""
    buckets = [
        BucketShelf(f"bucket {store.bucket.bucket_name}", store) for store in buckets_of(services.store).values()
    ]
    return [*buckets, FolderShelf("this machine", services.local_records, f"{keys.RESULTS_FOLDER}/")]
