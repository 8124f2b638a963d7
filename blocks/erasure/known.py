"""What is known of a target before anything of it is deleted: what leads to the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks.erasure.objects import below
from blocks.erasure.shelves import Shelf
from imaging.erasure.target import Target
from imaging.names import keys


@dataclass(frozen=True, slots=True)
class Known:
    """`is_ours`: whether the folder of the pictures is one of ours, since another program's may have the same name.

    `slugs`: of its articles. `digests`: the first 32 hex digits of those of its pictures.
    """

    is_ours: bool
    slugs: frozenset[str]
    digests: frozenset[str]

    @classmethod
    def of(cls, target: Target, shelves: Sequence[Shelf]) -> "Known":
        """Read it from the listings. Raises StorageError."""
        return cls(
            any(_is_ours(target, shelf) for shelf in shelves),
            _slugs(target, shelves) if target.slug is None else frozenset({target.slug}),
            frozenset(
                digest
                for shelf in shelves
                for version in shelf.listed(target.records)
                if (digest := target.digest_in(version.key))
            ),
        )


def _is_ours(target: Target, shelf: Shelf) -> bool:
    marked = any(target.is_mark(version.key) for version in below(shelf, target.folder))
    return marked or any(True for folder in target.own_folders for _ in below(shelf, folder))


def _slugs(target: Target, shelves: Sequence[Shelf]) -> frozenset[str]:
    claims = f"{keys.CLAIMS_FOLDER}/{target.folder}"
    names = (version.key.removeprefix(claims) for shelf in shelves for version in shelf.listed(claims))
    return frozenset(name.removesuffix(".json") for name in names if "/" not in name)
