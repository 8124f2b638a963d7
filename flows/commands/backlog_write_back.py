"""`backlog --write-back`: the pictures of each article of a folder go into its file, once all are made."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.records.backlog_index import Done, Index
from blocks.run import begun_run
from blocks.services import Services
from blocks.sources.files import FileEntry, files_in
from flows.backlog import place_of
from flows.backlog_run.source_pass import BacklogTerms
from flows.commands.copies import copy_files
from flows.commands.write_back import OF_THE_SITE, article_file, check_dialect
from imaging.articles.sources import BUCKET, is_feed
from imaging.backlog import for_tenant
from imaging.entry import located
from imaging.errors import ImagesError, InvalidInput, NotWritten
from imaging.kinds import Kind
from imaging.names import keys, lock_names
from imaging.record import ImageSet


@dataclass(frozen=True, slots=True)
class FolderWriteBack:
    """Whose files are written: those of a folder's articles. `output`: the folder for copies, by their keys."""

    source: str
    user_id: str | None
    only: tuple[Kind, ...]
    dialect: str | None
    output: Path | None

    def written(self) -> Iterator[str]:
        """Write the pictures into each file that an article was made from; yield what was done, a line each.

        A file that cannot be written does not stop the others: its line says why.
        """
        told: set[str] = set()
        with begun_run() as run:
            services = run.services
            place = place_of(services, self.source, self.user_id, BacklogTerms(only=self.only))
            with _index(services, place) as index:
                for entry in files_in(Path(self.source)).entries:
                    known = index.find(entry.key)
                    if known is None or not isinstance(entry, FileEntry) or entry.key.lower().endswith(".json"):
                        continue
                    try:
                        done, *left = self._write(services, entry, known)
                        yield f"{entry.key}: {done}"
                        yield from (reason for reason in left if reason not in told)
                        told.update(reason for reason in left if reason.startswith(OF_THE_SITE))
                        # It is the same article, which need not be run again.
                        now = known.fingerprint.replace(_hash_of(known), entry.fingerprint())
                        index.note(entry.key, known._replace(fingerprint=now))
                    except ImagesError as error:
                        yield f"{FAILED}{entry.key}: {error}"

    def _write(self, services: Services, entry: FileEntry, known: Done) -> list[str]:
        file = article_file(str(entry.folder / entry.key), self.dialect)
        if hashlib.sha256(file.data).hexdigest()[:32] != _hash_of(known):
            raise NotWritten("was changed since its pictures were made: run the backlog again")
        article = for_tenant(entry.read().article, self.user_id)
        image_set = _stored_set(services, article.user_id, known.slug)
        folder = self.output / article.user_id / known.slug if self.output else None
        if folder:
            copy_files(image_set, folder)
        return file.written_back(image_set, folder)


FAILED = "! "
"""How the line of a file begins that was not written."""


def folder_write_back(
    source: str | None,
    user_id: str | None,
    only: list[Kind] | None,
    dialect: str | None,
    output: Path | None,
    *,
    write_back: bool,
) -> FolderWriteBack | None:
    """Return what the options ask for, if anything. Raises InvalidInput for a source that is no folder."""
    check_dialect(dialect, write_back=write_back)
    if not write_back:
        if output:
            raise InvalidInput("--output: a backlog copies files for --write-back alone")
        return None
    if source is None or is_feed(source) or source.startswith(BUCKET):
        raise InvalidInput("--write-back: SOURCE must be a folder, since pictures are written into its files")
    return FolderWriteBack(source, user_id, tuple(only or ()), dialect, output)


def _hash_of(known: Done) -> str:
    """Return the hash of the file that an article was made from; a source's language may follow it."""
    return known.fingerprint.partition(" ")[0]


def _stored_set(services: Services, user_id: str, slug: str) -> ImageSet:
    try:
        image_set = ImageSet.model_validate(services.manifests.read(user_id, slug).document)
    except ValidationError:
        raise NotWritten(f"{keys.manifest_key(user_id, slug)} cannot be read: run the backlog with --recheck") from None
    images = [located(image, services.store.url) if image.durable else image for image in image_set.images]
    return image_set.model_copy(update={"images": images})


@contextmanager
def _index(services: Services, place: str) -> Iterator[Index]:
    """Hold the lock of the backlog, as a pass over the source does, and save its index at the end."""
    with one_at_a_time(lock_names.backlog_lock(place, None), services.locks):
        index = Index(services.records(bucket_answers=True), place)
        try:
            yield index
        finally:
            index.save()
