"""What this machine keeps of a target beside the records: spool, pages, brand, old addresses, results of flows."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from blocks.migration.state import State
from blocks.services import Services
from blocks.storage.spool import Spooled
from imaging.erasure.target import Target

Named = Iterator[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class SpoolEntries:
    """The target's entries of the spool. `digests`: of its orders, for answers that have no description yet."""

    target: Target
    folder: Path
    digests: frozenset[str]

    def listed(self) -> Named:
        """Yield the files."""
        yield from _sizes(self._files())

    def remove(self) -> None:
        """Delete them, descriptions last: they tell whose an entry is."""
        for path in sorted(self._files(), key=lambda path: path.suffix == ".json"):
            path.unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.suffix == ".manifest":
                user_id, slug = path.name.split(".")[:2]
                is_its = user_id == self.target.user_id and self.target.slug in {None, slug}
            else:
                is_its = path.stem[:32] in self.digests or self._is_described(path.with_suffix(".json"))
            if is_its:
                yield path

    def _is_described(self, description: Path) -> bool:
        try:
            spec = Spooled.model_validate_json(description.read_bytes()).spec
        except (OSError, ValidationError):
            return False
        return spec.user_id == self.target.user_id and self.target.slug in {None, spec.slug}


@dataclass(frozen=True, slots=True)
class Files:
    """Files and folders of this machine that are the target's alone."""

    paths: tuple[Path, ...]

    def listed(self) -> Named:
        """Yield the files."""
        for path in self.paths:
            yield from _sizes([path] if path.is_file() else (file for file in path.rglob("*") if file.is_file()))

    def remove(self) -> None:
        """Delete files and folders."""
        for path in self.paths:
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class OldAddresses:
    """What this machine knows of the target's old addresses."""

    target: Target
    path: Path

    def listed(self) -> Named:
        """Yield a name for all of them, if there are any."""
        if self.path.is_file() and (number := self._with(lambda state: state.count(*self._which))):
            yield from ((f"old address {at}", 0) for at in range(number))

    def remove(self) -> None:
        """Forget them, in the pages of the file too."""
        if self.path.is_file():
            self._with(lambda state: state.erase(*self._which))

    @property
    def _which(self) -> tuple[str, str]:
        return self.target.user_id, "" if self.target.slug is None else self.target.folder

    def _with(self, call: Callable[[State], int]) -> int:
        state = State(self.path)
        try:
            return call(state)
        finally:
            state.close()


@dataclass(frozen=True, slots=True)
class IndexPages:
    """The pages on backlogs that name the target or lead to it. The next pass over a source writes its page again.

    `folder`: of the pages of this machine.
    """

    target: Target
    folder: Path

    def listed(self) -> Named:
        """Yield the files."""
        yield from _sizes(self._files())

    def remove(self) -> None:
        """Delete them."""
        for path in list(self._files()):
            path.unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        leads_there = re.compile(rf"[\"/:>]{self.target}[/.<]")  # addresses, the source, the tenant it was run for
        for path in self.folder.glob("backlog-*.html"):
            if leads_there.search(path.read_text(errors="replace")):
                yield path


def own_files(services: Services, target: Target) -> Files:
    """Return the pages of the target, the last copy of its brand, and pictures kept for a migration."""
    data = services.settings.data_dir
    if target.slug is not None:
        return Files((data.page(target.user_id, target.slug),))
    brand = data.brand(services.store.place, target.user_id)
    return Files((data.gallery / target.user_id, brand, data.kept_pictures / target.user_id))


def _sizes(paths: Iterator[Path] | list[Path]) -> Named:
    yield from ((str(path), path.stat().st_size) for path in paths)
