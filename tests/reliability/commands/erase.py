"""`erase --yes`: in the end nothing of the tenant is left, in the bucket, on the machine and in Prefect."""

import subprocess
import sys
from collections.abc import Sequence

from tests.naming import naming_below
from tests.reliability.commands.tenants import OnTenants, flow_runs, is_of
from tests.reliability.harness.process import Finished
from tests.standins.pictures import picture

_MORE = 60  # objects of the tenant, so that deleting takes a while


class Erase(OnTenants):
    """The tenant has an article with an order and a card, and a brand."""

    name = "erase"
    keeps_orders = False

    def prepare(self) -> None:
        super().prepare()
        self.done(*self.world.run_arguments("hero"))
        (self.world.bucket / self.tenant / "branding").mkdir()
        (self.world.bucket / self.tenant / "branding" / "brand.json").write_text('{"color": "#14294b"}')
        (folder,) = {path.parent for path in self.world.bucket.glob(f"{self.tenant}/*/manifest.json")}
        (folder / "migrated").mkdir()
        for number in range(_MORE):
            (folder / "migrated" / f"picture_{number:016x}.png").write_bytes(picture(str(number), 16, 16, "png"))
        self.planned = sum(is_of(key, [self.tenant]) for key in self.objects())

    def start(self, python: str = sys.executable) -> "subprocess.Popen[str]":
        return self.world.start("erase", self.tenant, "--yes", python=python)

    def found(self, objects: dict[str, bytes], runs: Sequence[Finished]) -> tuple[int, int, list[str]]:
        left = sum(is_of(key, [self.tenant]) for key in objects)
        lies = []
        if runs[-1].state == "complete":
            data = self.world.data
            files = [
                path for path in naming_below(self.tenant, self.world.bucket, data) if path.parent != data / "logs"
            ]
            api = self.world.environment["PREFECT_API_URL"]
            names = [str(run["name"]) for run in flow_runs(api, self.tenant)]
            lies += [f"{path.relative_to(self.world.folder)} is left" for path in files]
            lies += [f"the run {name} is left" for name in names if f"{self.tenant}/" in name]
            lies += [f"the runs of {one} are gone" for one in self.neighbours if not any(one in name for name in names)]
        return self.planned - left, self.planned, lies
