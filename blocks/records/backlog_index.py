"""The index of a backlog's source: which of its articles are done, and with which outcome.

Small JSON documents where the task results are, so that nobody asks the bucket about each article: it counts GETs.
There are 16 of them, by a hash of the article's key. So shards of one source never write the same document, and
their number may change without anything being forgotten. A lost index costs time and no money: every article is
run again, and finds its pictures.
"""

import time
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.records.records import Records
from imaging.names.record_paths import index_path
from imaging.slug import DEFAULT_TENANT, short_hash

SLICES = 16
_SAVE_SECONDS = 5.0  # what a killed backlog has done in its last seconds is run again, and reused


class Done(NamedTuple):
    """What an article was when it was done, what it came out as (`complete`, `degraded`), and under which slug.

    `article_id` is the tenant's and the article's, where it has one; `picture` the key of its hero in a small size.
    Indexes of earlier versions have neither these nor the tenant.
    """

    fingerprint: str
    came: str
    slug: str
    article_id: str = ""
    user_id: str = DEFAULT_TENANT
    picture: str | None = None


class _Slice(BaseModel):
    model_config = ConfigDict(frozen=True)

    articles: dict[str, Done] = {}


def slice_of(key: str) -> int:
    """Return which of the documents an article is in."""
    return int(short_hash(key), 16) % SLICES


class Index:
    """The index of one source, kept under `place`. Not thread-safe."""

    def __init__(self, records: Records, place: str) -> None:
        self._records = records
        self._place = place
        self._slices: dict[int, dict[str, Done]] = {}
        self._changed: set[int] = set()
        self._saved_at = time.monotonic()

    def find(self, key: str) -> Done | None:
        """Return what is known of an article."""
        return self._slice(slice_of(key)).get(key)

    def note(self, key: str, done: Done) -> None:
        """Note that an article is done. It is written down within seconds, by `save_now_and_then`."""
        number = slice_of(key)
        self._slice(number)[key] = done
        self._changed.add(number)

    def forget_others(self, keys: Mapping[int, set[str]]) -> None:
        """Forget the articles that the source no longer has; `keys` are those that it has, by slice."""
        for number, known in self._slices.items():
            if gone := known.keys() - keys.get(number, set()):
                self._changed.add(number)
                for key in gone:
                    del known[key]

    def save_now_and_then(self) -> None:
        """Write down what is new, if that was not done in the last seconds. Raises OSError as `save`."""
        if time.monotonic() - self._saved_at >= _SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write down what is new. Raises OSError where neither the bucket nor this disk takes it."""
        while self._changed:
            number = min(self._changed)
            content = _Slice(articles=self._slices[number]).model_dump_json()
            self._records.write(index_path(self._place, number), content.encode())
            self._changed.remove(number)
        self._saved_at = time.monotonic()

    def _slice(self, number: int) -> dict[str, Done]:
        if number not in self._slices:
            try:
                data = self._records.read(index_path(self._place, number))
                self._slices[number] = dict(_Slice.model_validate_json(data).articles)
            except (ValueError, ValidationError):  # there is none, or it is broken, which is as good as none
                self._slices[number] = {}
        return self._slices[number]
