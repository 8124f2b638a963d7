"""`brand set`: `brand.json` names the brand before or the brand after, and nothing that is not there."""

import json
import subprocess
import sys
from collections.abc import Sequence

from tests.reliability.commands.tenants import OnTenants
from tests.reliability.harness.process import Finished
from tests.standins.pictures import picture

_LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><path d="M0 0h90v30H0z" fill="#0a7d5a"/></svg>'
_BEFORE = {"color": "#14294b", "template": "split", "site_name": "Kaffeeblatt", "logo": "branding/logo.png"}
_AFTER = {"color": "#0a7d5a", "template": "minimal", "site_name": "Kaffee heute", "logo": "branding/logo.svg"}
_OPTIONS = ("--color", "#0a7d5a", "--template", "minimal", "--site-name", "Kaffee heute")


class BrandSet(OnTenants):
    """Another colour, template, name and logo, which is of another type and so another object."""

    name = "brand"

    def prepare(self) -> None:
        super().prepare()
        (self.world.folder / "after.svg").write_text(_LOGO)
        folder = self.world.bucket / self.tenant / "branding"
        folder.mkdir()
        (folder / "brand.json").write_text(json.dumps(_BEFORE))
        (folder / "logo.png").write_bytes(picture("logo", 200, 100, "png"))
        (folder / "preview.html").write_text("<p>the preview before</p>")

    def start(self, python: str = sys.executable) -> "subprocess.Popen[str]":
        logo = str(self.world.folder / "after.svg")
        return self.world.start("brand", "set", self.tenant, *_OPTIONS, "--logo", logo, python=python)

    def found(self, objects: dict[str, bytes], runs: Sequence[Finished]) -> tuple[int, int, list[str]]:
        """The brand is the wanted one, with its logo and its preview, and nothing else lies beside it."""
        is_set = self._brand(objects) == _AFTER
        there = {key.partition("/branding/")[2] for key in objects if key.startswith(f"{self.tenant}/branding/")}
        left = there - {"brand.json", "logo.svg", "preview.html"} if runs[-1].state == "complete" else set()
        missing = {"logo.svg", "preview.html"} - there if runs[-1].state == "complete" else set()
        return int(is_set), 1, [
            *(f"branding/{name} is left over" for name in left),
            *(f"branding/{name} is not there" for name in missing),
        ]  # fmt: skip

    def halves(self) -> list[str]:
        objects = self.objects()
        try:
            brand = self._brand(objects)
        except ValueError:
            return ["brand.json is not whole"]
        if brand not in (_BEFORE, _AFTER):
            return [f"brand.json is neither the one before nor the one after: {brand}"]
        return [] if f"{self.tenant}/{brand['logo']}" in objects else [f"{brand['logo']} is named and not there"]

    def _brand(self, objects: dict[str, bytes]) -> dict[str, str]:
        found: dict[str, str] = json.loads(objects.get(f"{self.tenant}/branding/brand.json", b""))
        return found
