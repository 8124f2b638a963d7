"""The flow `repair`: stores what was paid for while the bucket was away.

Goes through the spool of this machine: each picture is stored under its right key and read back, the article's
manifest is mended and `article-images.completed` emitted; then, and only then, the entry is dropped.

It also removes the limits of locks that no run has taken for a week, which Prefect would keep and list for ever.
"""

from collections import defaultdict

import httpx
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed
from pydantic import ValidationError

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.locks.unused_limits import remove_unused_limits
from blocks.records.claims import owns_slug
from blocks.run import begun_run
from blocks.services import Services
from flows.lifecycle.heartbeat import heartbeats
from flows.lifecycle.observed import observed
from flows.lifecycle.stopping import stops_politely
from imaging.articles.claim import Claim
from imaging.errors import BadPicture, StorageError
from imaging.names import lock_names
from tasks.repairing import mend_manifest, restore, store_under_hash, superseded

observed()


@flow(name="repair", flow_run_name="pictures that wait for the bucket", persist_result=True, result_serializer="json")
def repair() -> dict[str, int] | State[dict[str, int]]:
    """Store every spooled picture. Returns how many were repaired and how many are left; never raises for one."""
    with stops_politely() as stop, begun_run() as run, heartbeats():
        stop.use(run)
        services = run.services
        articles: dict[tuple[str, str, Claim], list[str]] = defaultdict(list)
        for digest in services.spool.digests():
            if entry := services.spool.read(digest):
                articles[entry[0].spec.user_id, entry[0].spec.slug, entry[0].owner].append(digest)
        repaired = sum(_repair_article(services, *article, digests) for article, digests in articles.items())
        _remove_unused_limits(services)
        counts = {"repaired": repaired, "left": sum(map(len, articles.values())) - repaired}
    if counts["left"]:
        return Completed(name="Degraded", message=f"{counts['left']} pictures still wait for the bucket", data=counts)
    return counts


def _remove_unused_limits(services: Services) -> None:
    try:
        with get_client(sync_client=True) as client:
            if removed := remove_unused_limits(client, services.locks):
                get_run_logger().info("%d limits of locks that were not used for a week removed", removed)
    except httpx.HTTPError as error:  # the next repair tries again
        get_run_logger().warning("unused limits are left as they are: %s", type(error).__name__)


def _repair_article(services: Services, user_id: str, slug: str, owner: Claim, digests: list[str]) -> int:
    log = get_run_logger()
    with one_at_a_time(lock_names.article_lock("run", user_id, slug), services.locks):
        try:
            if not owns_slug(services.store, user_id, slug, owner):
                log.warning("%s/%s belongs to another article by now: run this one again", user_id, slug)
                return 0
            late = superseded(user_id, slug, digests)
            for digest in late:
                store_under_hash(digest)
                services.spool.drop(digest)
            done = {digest: image for digest in digests if digest not in late and (image := restore(digest))}
            if not done:
                return len(late)
            mended = mend_manifest(user_id, slug, owner, list(done.values()))
        except (StorageError, BadPicture, ValidationError) as error:
            log.warning("%s/%s is left as it is: %s", user_id, slug, error)
            return 0
        for digest in done:
            services.spool.drop(digest)
        services.spool.drop_set(mended)
        log.info("%s/%s repaired: %s", user_id, slug, mended.status)
        return len(late) + len(done)
