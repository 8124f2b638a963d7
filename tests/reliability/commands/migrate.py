"""`migrate` with everything it does: pictures moved, dead ones made again, a rewrite map, rewritten copies."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.reliability.commands.tenants import OnTenants
from tests.reliability.harness.process import Finished
from tests.standins.pictures import picture

_ARTICLES, _EACH = 4, 3


class Migrate(OnTenants):
    """A folder of articles: each has pictures of the old host, and one whose address is dead."""

    name = "migrate"
    orders = True
    more: tuple[str, ...] = ()
    """Options beside these."""

    def prepare(self) -> None:
        super().prepare()
        world = self.world
        allowed = world.environment["IMAGES_DOWNLOAD_HOSTS"]
        world.environment |= {"IMAGES_DOWNLOAD_HOSTS": f"{allowed},{world.host.host}", "IMAGES_HOST_PACE": "100"}
        self.posts.mkdir()
        for number in range(_ARTICLES):
            alive = [self._alive(f"/{number}-{one}.png") for one in range(_EACH)]
            dead = f"![Tasse {number} mit Kaffee]({world.host.base_url}/dead-{number}.png)"
            text = f"---\ntopic: Kaffee {number}\n---\n" + "\n".join([*alive, dead]) + "\n"
            (self.posts / f"{number}.md").write_text(text)
        self.originals = {path.name: path.read_bytes() for path in self.posts.iterdir()}

    def _alive(self, path: str) -> str:
        return f"![{path}]({self.world.host.page(path, picture(path, 256, 192, 'png'))})"

    @property
    def posts(self) -> Path:
        return self.world.folder / "posts"

    @property
    def out(self) -> Path:
        """Where map and copies go, and nothing else."""
        return self.world.folder / "out"

    def start(self, python: str = sys.executable) -> "subprocess.Popen[str]":
        self.out.mkdir(exist_ok=True)
        results = ("--map", str(self.out / "links.csv"), "--rewrite", str(self.out / "posts"))
        options = ("--user-id", self.tenant, "--remake", "--json", *self.more, *results)
        return self.world.start("migrate", str(self.posts), *options, python=python)

    def call(self, seconds: float = 150) -> Finished:
        finished = super().call(seconds)
        if finished.image_set is None:
            return finished
        return replace(finished, image_set={**finished.image_set, "links": self._map()})  # they are in the map alone

    def found(self, objects: dict[str, bytes], runs: Sequence[Finished]) -> tuple[int, int, list[str]]:
        """Each address leads to an object that is in a manifest, no object is in none, and none was asked for often."""
        named = set(self._named(objects))
        home = {key for key in objects if key.startswith(f"{self.tenant}/") and "/migrated/" in key}
        rows = self._map()
        new = {row["old"]: row["new"] for row in rows if row["status"] in {"moved", "remade"}}
        lies = [f"{key} is in no manifest" for key in home - named]
        lies += [f"the manifest names {key}, which is not there" for key in named - objects.keys()]
        lies += [
            f"{address} leads to nothing" for address in new.values() if not any(address.endswith(k) for k in home)
        ]
        times = Counter(call.path for call in self.world.host.requests)
        if runs[0].exit_code == -9:  # what was on its way at a kill is asked for once more
            lies += [f"{path} was asked for {number} times" for path, number in times.items() if number > 2]
        if {path.name: path.read_bytes() for path in self.posts.iterdir()} != self.originals:
            lies.append("an original was changed")
        if runs[-1].state == "complete":
            lies += self._not_rewritten(new)
        return len(new), _ARTICLES * (_EACH + 1), lies

    def halves(self) -> list[str]:
        """The map has all rows or is not there; a copy has all lines of its original; a manifest can be read."""
        lines = {name: len(data.splitlines()) for name, data in self.originals.items()}
        copies = (self.out / "posts").glob("[!.]*")
        torn = [path.name for path in copies if len(path.read_bytes().splitlines()) != lines[path.name]]
        broken = [f"the copy of {name} is not whole" for name in torn]
        if (self.out / "links.csv").exists() and len(self._map()) != _ARTICLES * (_EACH + 1):
            broken.append("the map is not whole")
        try:
            set(self._named(self.objects()))
        except ValueError:
            broken.append("a manifest is not whole")
        return broken

    def _named(self, objects: dict[str, bytes]) -> Sequence[str]:
        """Return the keys of moved pictures in the tenant's manifests."""
        manifests = [
            json.loads(data)
            for key, data in objects.items()
            if key.startswith(f"{self.tenant}/") and key.endswith("/manifest.json")
        ]
        keys = [str(image["key"]) for manifest in manifests for image in manifest["images"]]
        return [key for key in keys if "/migrated/" in key]

    def _map(self) -> list[dict[str, str]]:
        try:
            with (self.out / "links.csv").open(newline="") as file:
                return list(csv.DictReader(file))
        except OSError:
            return []

    def _not_rewritten(self, new: dict[str, str]) -> list[str]:
        wrong = []
        for name, original in self.originals.items():
            text = original.decode()
            for old, address in new.items():
                text = text.replace(old, address)
            copy = self.out / "posts" / name
            if not copy.exists() or copy.read_text() != text:
                wrong.append(f"the copy of {name} is not the original with the new addresses")
        there = {path.name for path in self.out.rglob("*") if path.is_file()}
        return wrong + [f"{name} is left over" for name in there - self.originals.keys() - {"links.csv"}]


class MigrateAgain(Migrate):
    """As `migrate`, but what was dead or refused is asked for again: a host that was at fault may be no longer."""

    more = ("--recheck",)
