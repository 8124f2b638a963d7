"""Names of locks: Prefect's global concurrency limits of one slot.

Workers of another version use these names: with another name two runs would hold the same article.
"""

from typing import Literal

from imaging.slug import short_hash

LOCKS = ("article-images.", "article-backlog.", "legacy-migration.", "brand-assets.")
"""How the name of every lock begins."""
Purpose = Literal["claim", "run"]


def article_lock(purpose: Purpose, user_id: str, slug: str) -> str:
    """Return the name of the lock on a slug while it is claimed, or on an article while it is run."""
    return f"article-images.{purpose}.{user_id}.{slug}"


def brand_lock(user_id: str) -> str:
    """Return the name of the lock on a tenant's brand while it is changed."""
    return f"brand-assets.{user_id}"


def spend_lock(user_id: str) -> str:
    """Return the name of the lock on a tenant's monthly spend."""
    return f"article-images.purse.{user_id}"  # the name of the first version


def backlog_locks(place: str) -> str:
    """Return how the names of all locks on a backlog's source begin, or of all sources of a tenant."""
    return f"article-backlog.{place.replace('/', '.')}."


def backlog_lock(place: str, shard: int | None) -> str:
    """Return the name of the lock on a backlog's source, or on one shard of it."""
    return f"{backlog_locks(place)}{shard}"


def migration_lock(source: str, user_id: str | None) -> str:
    """Return the name of the lock on a migration's source."""
    return f"legacy-migration.{short_hash(f'{source}|{user_id}', 16)}"
