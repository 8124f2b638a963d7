"""The article that a moved picture belongs to: its folder, and its manifest."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from blocks.locks.lease import Lease
from blocks.locks.one_at_a_time import one_at_a_time
from blocks.publishing.gallery_page import put_page
from blocks.publishing.manifest import in_plan_order
from blocks.records.claims import claim, wished_slug
from blocks.services import Services
from blocks.storage.bucket import json_in
from blocks.storage.errors import refusals_named
from imaging.articles.article import Article
from imaging.articles.language import settled
from imaging.errors import StorageError
from imaging.names import keys, lock_names, record_paths
from imaging.record import Image, ImageSet
from imaging.validation import parsed


@dataclass(frozen=True, slots=True)
class ArticleFolder:
    """An article's folder while no run has the article. `lease`: the lock, None without an API that answers."""

    services: Services
    article: Article
    slug: str
    lease: Lease | None

    def add(self, images: Sequence[Image]) -> None:
        """Put images into the article's manifest, in place of those of their names, and leave all others as they are.

        Raises StorageError.
        """
        if self.lease and self.lease.lost:
            raise StorageError(self.lease.lost)
        services, user_id = self.services, self.article.user_id
        known = services.manifests.read(user_id, self.slug)
        # The manifest of another system is a source of addresses: it is not written over. Runs read ours.
        foreign = known.public is not None and parsed(ImageSet, json_in(known.public)) is None
        before = parsed(ImageSet, self._whole() if foreign else known.document)
        named = {image.name: image for image in before.images} if before else {}
        changes = {
            "images": in_plan_order(list((named | {image.name: image for image in images}).values())),
            "manifest_url": services.store.url(keys.manifest_key(user_id, self.slug)),
            "gallery_url": services.store.url(keys.gallery_key(user_id, self.slug)),
        }
        image_set = (_a_moment_later(before) if before else self._first()).model_copy(update=changes)
        if foreign:
            services.records(bucket_answers=True).write(
                record_paths.whole_manifest(user_id, self.slug), image_set.model_dump_json(indent=1).encode()
            )
            return
        services.manifests.write(image_set)
        put_page(services, image_set, {}, self.article.excerpt)

    def _whole(self) -> Any:
        with suppress(ValueError):
            path = record_paths.whole_manifest(self.article.user_id, self.slug)
            return json_in(self.services.records(bucket_answers=True).read(path))
        return None

    def _first(self) -> ImageSet:
        article = self.article
        return ImageSet(
            user_id=article.user_id,
            slug=self.slug,
            topic=article.topic,
            article_id=article.article_id,
            language=settled(article, None, self.services.settings.images_language).article.language,
            images=[],
        )


@contextmanager
def article_folder(services: Services, article: Article, slug: str | None) -> Iterator[ArticleFolder]:
    """Find the article's slug, unless it is known, and yield its folder, as a run of the article would.

    Raises InvalidInput where another article has the slug, ConfigurationError where the bucket refuses us, and
    StorageError.
    """
    with refusals_named():
        if slug is None:
            with one_at_a_time(lock_names.article_lock("claim", article.user_id, wished_slug(article)), services.locks):
                slug = claim(services.store, article).slug
        with one_at_a_time(lock_names.article_lock("run", article.user_id, slug), services.locks) as lease:
            yield ArticleFolder(services, article, slug, lease)


def _a_moment_later(image_set: ImageSet) -> ImageSet:
    """Return the set as made a second later.

    Of its two documents the newer one counts, so they must be newer than those before. But not as new as today:
    `repair` takes what it finds in a newer manifest for what has replaced a picture that waits on this machine.
    """
    with suppress(ValueError):
        later = datetime.fromisoformat(image_set.created_at) + timedelta(seconds=1)
        return image_set.model_copy(update={"created_at": later.isoformat(timespec="seconds")})
    return image_set
