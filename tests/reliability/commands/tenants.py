"""What the commands on tenants have in common: a tenant between two whose names begin like its own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx

from tests.reliability.commands.command import Command
from tests.reliability.harness import ledger
from tests.reliability.harness.moments import After
from tests.reliability.harness.process import Finished
from tests.reliability.harness.world import ARTICLE


class OnTenants(Command):
    """A command on the world's tenant: nothing of its neighbours may change, whatever happens to it."""

    phases: ClassVar[Mapping[After, float]] = {"start": 0.3, "first write": 0.7}

    @property
    def tenant(self) -> str:
        return self.world.tenant

    @property
    def neighbours(self) -> tuple[str, str]:
        return f"{self.tenant}-2", f"{self.tenant}_2"

    def prepare(self) -> None:
        """Let the tenant and its neighbours have an article each, of the same name."""
        folder = self.world.folder / "articles"
        folder.mkdir()
        for tenant in (self.tenant, *self.neighbours):
            (folder / f"{tenant}.json").write_text(json.dumps(ARTICLE | {"user_id": tenant}))
        self.done("backlog", str(folder), "--only", "card")
        self.before = self.objects()

    def done(self, *arguments: str) -> None:
        """Call something that has to work, as nothing is broken yet."""
        finished = self.world.call(*arguments)
        if finished.exit_code:
            raise RuntimeError(f"there is nothing to break: {finished.message}")

    def objects(self) -> dict[str, bytes]:
        """The bucket's objects of all tenants, records, claims and reports too, by key."""
        files = {path.relative_to(self.world.bucket).as_posix(): path for path in self.world.bucket.rglob("*")}
        return {key: path.read_bytes() for key, path in files.items() if path.is_file()}

    def tally(self, runs: Sequence[Finished]) -> ledger.Tally:
        objects = self.objects()
        done, planned, lies = self.found(objects, runs)
        paid = self.world.orders
        return ledger.Tally(
            paid=len(paid) + len(self.world.chutes.paid),
            twice=ledger.replicate_twice(paid),
            again=0,
            lost=ledger.orders_lost(self.world, ()) if self.keeps_orders else 0,
            durable=done,
            planned=planned,
            lies=(*lies, *self._touched(objects), *self.halves()),
        )

    keeps_orders = True
    """Whether the pictures that were ordered are in the bucket in the end."""

    def found(self, objects: dict[str, bytes], runs: Sequence[Finished]) -> tuple[int, int, list[str]]:
        """Return how much is done of how much, and what is not as it must be."""
        raise NotImplementedError

    def _touched(self, objects: dict[str, bytes]) -> list[str]:
        mine = {key: data for key, data in self.before.items() if is_of(key, self.neighbours)}
        return [f"{key} of another tenant is not as it was" for key, data in mine.items() if objects.get(key) != data]


def is_of(key: str, tenants: Sequence[str]) -> bool:
    """Return whether an object is one of these tenants, or a record, claim or report of theirs."""
    first, *rest = key.split("/")
    return first in tenants or (first.startswith("_") and bool(rest) and rest[0] in tenants)


def flow_runs(api: str, name: str) -> list[dict[str, Any]]:
    """Return the flow runs whose name has the words."""
    query = {"flow_runs": {"name": {"like_": name}}, "limit": 200}
    found: list[dict[str, Any]] = httpx.post(f"{api}/flow_runs/filter", json=query).raise_for_status().json()
    return found
