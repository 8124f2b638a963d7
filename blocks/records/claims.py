"""Claims: which article owns a slug, noted beside the records before anything is spent."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from blocks.records.records import Records
from blocks.storage.bucket import ImageStore
from imaging.articles.article import Article
from imaging.articles.claim import Claim, Likeness
from imaging.errors import InvalidInput, StorageError
from imaging.names import keys, record_paths
from imaging.slug import candidates, slugify, spellings
from imaging.validation import parsed


class Claimed(BaseModel):
    """The slug that is the article's own, and the title that it had when last run, if that was another.

    `is_new`: nobody had claimed the slug before. `trouble` says why the bucket could not be asked, if so.
    """

    model_config = ConfigDict(frozen=True)

    slug: str
    title_before: str | None = None
    is_new: bool = False
    trouble: str | None = None


class Found(BaseModel):
    """A slug that the article may own, and who has claimed it: nobody yet, or an article that is like it."""

    model_config = ConfigDict(frozen=True)

    slug: str
    owner: Claim | None = None
    likeness: Likeness = Likeness.NONE


def wished_slug(article: Article) -> str:
    """Return the slug that the article has if it is the first one to want it."""
    return article.slug or slugify(article.topic, article.language)


def owned_slug(store: ImageStore, article: Article) -> str | None:
    """Return the slug that this article has claimed, or None where it has none yet. Raises StorageError."""
    found = _find(store, article)
    return found.slug if found and found.owner else None


def owns_slug(store: ImageStore, user_id: str, slug: str, owner: Claim) -> bool:
    """Claim the slug for an article that could not claim it before, unless the bucket says that it is another's.

    Raises StorageError.
    """
    claim = parsed(Claim, store.get_json(keys.claim_key(user_id, slug)))
    if claim is None:
        _write(store, user_id, slug, owner, owner.known_by)
    return claim is None or claim.likeness_of(owner) > Likeness.NONE


def remember(store: ImageStore, article: Article, slug: str) -> None:
    """Note that the article had this slug, whatever its title is now. Raises StorageError."""
    _note(store, article.user_id, slug, Claim.of(article).known_by)


def standing_claim(store: ImageStore, article: Article) -> Claimed | None:
    """Return the slug that this article has claimed before; None where `claim` has something to note, or to say.

    Nothing is written, so it needs no lock.
    """
    with suppress(StorageError):
        found = _find(store, article)
        if found and found.owner and _renewed(store, article, found) == found.owner:
            return Claimed(slug=found.slug)
    return None


def claim(store: ImageStore, article: Article) -> Claimed:
    """Find the slug that is this article's own and note it as claimed. Raises InvalidInput when there is none."""
    found = _claimable(store, article)
    owner, ours = found.owner, Claim.of(article)
    renewed = _renewed(store, article, found)
    if renewed != owner:
        noted = owner.known_by if owner and owner.text is not None else []  # earlier versions noted none
        unnoted = [name for name in renewed.known_by if name not in noted]
        _write(store, article.user_id, found.slug, renewed, unnoted)
    before = owner.topic if owner and owner.topic != ours.topic else None
    return Claimed(slug=found.slug, title_before=before, is_new=owner is None)


def _renewed(store: ImageStore, article: Article, found: Found) -> Claim:
    return found.owner.renewed(article, _is_file(store, article)) if found.owner else Claim.of(article)


def slug_to_claim(store: ImageStore, article: Article) -> str:
    """Return the slug that `claim` would note as this article's own. Raises as `claim` does, and StorageError."""
    return _claimable(store, article).slug


def _claimable(store: ImageStore, article: Article) -> Found:
    if found := _find(store, article):
        return found
    raise InvalidInput(
        "slug: belongs to another article of this tenant already; give both an article_id, or choose another slug"
    )


def _find(store: ImageStore, article: Article) -> Found | None:
    """Return the article's own slug, else the best one that is free, else None. Raises StorageError."""
    families = [[article.slug]] if article.slug else _families(article)
    found: list[Found] = []
    for family in families:
        found += _until_free(store, article, family)
        if any(one.likeness for one in found):
            break
    best = max(found, key=lambda one: one.likeness)
    if best.likeness < Likeness.SURE and not article.slug and (known := _known(store, article, found)):
        return known
    if best.likeness:
        return best
    # A slug that is spelled as nobody would spell it today is looked for, and not taken.
    return next((one for one in found if one.owner is None and one.slug in families[0]), None)


def _families(article: Article) -> list[list[str]]:
    """Return the slugs that the article may own, by the spelling of its topic, today's first."""
    origin = article.origin
    # The topic before the id: an article that gets its id later still finds its own.
    identities = (article.topic, article.article_id, origin.known_path, origin.url)
    return [candidates(slug, *identities) for slug in spellings(article.topic, article.language)]


def _until_free(store: ImageStore, article: Article, slugs: list[str]) -> Iterator[Found]:
    """Yield these slugs as they are taken, up to one that is free, or as surely the article's own as can be known."""
    enough = Likeness.SURE if Claim.of(article).known_by else Likeness.TITLE
    for slug in slugs:
        found = _found(store, article, slug)
        yield found
        if found.owner is None or found.likeness >= enough:
            return


def _found(store: ImageStore, article: Article, slug: str) -> Found:
    owner = parsed(Claim, store.get_json(keys.claim_key(article.user_id, slug)))
    likeness = owner.likeness(article, _is_file(store, article)) if owner else Likeness.NONE
    return Found(slug=slug, owner=owner, likeness=likeness)


def _known(store: ImageStore, article: Article, seen: Sequence[Found]) -> Found | None:
    """Return the slug that the article got under another title, where its claim is surely the article's still."""
    names = Claim.of(article).known_by
    if any(one.owner for one in seen):  # of several articles with one title: another source may have noted its path
        names += [f"path:{path}" for path in article.origin.shorter_paths]
    for name in dict.fromkeys(names):
        note = parsed(_Note, store.get_json(keys.known_key(article.user_id, name)))
        if note and (found := _found(store, article, note.slug)).likeness == Likeness.SURE:
            return found
    return None


class _Note(BaseModel):
    model_config = ConfigDict(frozen=True)

    slug: str


def _write(store: ImageStore, user_id: str, slug: str, claim: Claim, names: Sequence[str]) -> None:
    """Write the claim, and before it, since what it names counts as noted, the notes that lead to it."""
    _note(store, user_id, slug, names)
    store.put_json(keys.claim_key(user_id, slug), claim.model_dump_json())


def _note(store: ImageStore, user_id: str, slug: str, names: Sequence[str]) -> None:
    for name in names:
        store.put_json(keys.known_key(user_id, name), _Note(slug=slug).model_dump_json())


def _is_file(store: ImageStore, article: Article) -> Callable[[str], bool]:
    if article.origin.is_in_bucket:
        return lambda key: store.metadata(key) is not None
    return lambda path: Path(path).is_file()


def slug_of_local_records(local: Records, article: Article) -> str:
    """Return the slug under which this machine has records of the article, else the one that it wishes for.

    While the bucket does not answer, a finished article must not be paid for again.
    """
    wished = wished_slug(article)
    spelled = [wished] if article.slug else spellings(article.topic, article.language)
    return next(
        (slug for slug in spelled if local.has_local(record_paths.article_records(article.user_id, slug))), wished
    )
