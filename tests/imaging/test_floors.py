"""The pure heart: what comes along when all of it is imported."""

import json
import subprocess
import sys

from tests import ROOT

FORBIDDEN = {
    "prefect", "prefect_aws", "httpx", "httpcore", "replicate", "boto3", "botocore", "requests", "urllib3", "aiohttp",
    "anyio", "ssl", "urllib.request", "http.client", "http.server", "socketserver", "asyncio",
}  # fmt: skip


def test_the_pure_heart_knows_neither_prefect_nor_the_network() -> None:
    """No import of `imaging`, nor of any library it uses, brings in Prefect or anything that makes connections.

    The bare `socket` and `urllib.parse` do not count: email.utils and markdown-it-py import them, to parse.
    """
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "imaging").rglob("*.py")
    )
    assert {"imaging", "imaging.pages.gallery", "imaging.cards.templates.minimal"} <= set(modules)
    code = (
        "import importlib, json, sys\n"
        "for name in json.load(sys.stdin): importlib.import_module(name)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(modules), cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert set(modules) <= loaded
    assert not FORBIDDEN & loaded
    assert not {"flows", "tasks", "blocks"} & loaded
