"""Chutes' image API: one flat POST that answers with the JPEG itself (https://chutes.ai/docs)."""

import re
import secrets
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.messages import Answer, Call
from tests.standins.pictures import Drawing, picture
from tests.standins.server import Standin, retry_headers

_PATH = re.compile(r"(?:/(?P<slug>[^/]+))?/generate")
_SIDES = (128, 2048)
_WORDS = {
    400: "Invalid request",
    401: "Invalid authentication",
    402: "Quota exceeded and account balance is $0.0, please pay with fiat or send tao",
    403: "Forbidden",
    404: "No matching chute found!",
    409: "Conflict",
    422: "Unprocessable entity",
    429: "Infrastructure is at maximum capacity, try again later (infra_overload)",
    500: "Internal server error",
    502: "Bad gateway",
    503: "No instances available (yet) for this chute",
    504: "Gateway timeout",
}


@dataclass(frozen=True)
class Generation:
    """One paid picture."""

    slug: str | None
    """None for a bare `/generate`."""
    body: Mapping[str, Any]
    id: str = field(default_factory=lambda: secrets.token_hex(8))


class ChutesStandin(Standin):
    """`POST /{slug}/generate` or `POST /generate`; what is asked for is paid for at once.

    A GET is free: as the real API it looks at key and slug, and then knows no such GET.
    """

    places = frozenset({"generate", "ask"})

    def __init__(self, delay: float = 0.0, api_key: str | None = None, slugs: Collection[str] | None = None) -> None:
        """`delay` is the seconds a picture takes; `slugs` the only ones that exist (None: all do)."""
        super().__init__()
        self.delay = delay
        self.api_key = api_key or "cpk_" + secrets.token_hex(16)
        self.paid: list[Generation] = []
        self._slugs = slugs
        self.draw: Drawing = picture
        """How the pictures are made."""

    @property
    def slug_url(self) -> str:
        """The value for `CHUTES_BASE_URL`, with `{slug}` still in it."""
        return self.base_url + "/{slug}"

    def environment(self) -> dict[str, str]:
        """The variables that send the product here."""
        return {"CHUTES_API_KEY": self.api_key, "CHUTES_BASE_URL": self.slug_url}

    def created(self, slug: str | None = None) -> int:
        """How many were paid for: of one slug, or of all."""
        return len([one for one in list(self.paid) if slug in {None, one.slug}])

    def counts(self) -> dict[str, int]:
        """Paid pictures by slug."""
        return dict(Counter(one.slug or "generate" for one in list(self.paid)))

    def route(self, call: Call) -> Call:
        found = _PATH.fullmatch(call.path)
        if found is None:
            return call
        if call.method != "POST":
            return call.about("ask", model=found["slug"])
        given = call.body if isinstance(call.body, dict) else {}
        return call.about("generate", model=found["slug"], input=given)

    def answer(self, call: Call) -> Answer:
        if call.where not in self.places or not self._exists(call.model):
            return self.refusal(404, {})
        if call.headers.get("authorization") != f"Bearer {self.api_key}":
            return self.refusal(401, {})
        if call.where == "ask":
            return self.refusal(404, {"detail": "No matching cord found!"})
        problem = _problem(call.input)
        if problem:
            return self.refusal(400, {"detail": problem})
        generation = Generation(call.model, dict(call.input))
        self.paid.append(generation)
        self.pause(self.delay)
        width, height = int(call.input.get("width", 1024)), int(call.input.get("height", 1024))
        return Answer(200, self.draw(generation.id, width, height, "jpg"), "image/jpeg")

    def _exists(self, slug: str | None) -> bool:
        return slug is None or self._slugs is None or slug in self._slugs

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        headers = retry_headers(status, options)
        body: dict[str, Any] = {"detail": options.get("detail", _WORDS[status])}
        if headers:
            body["retry_after"] = float(headers["retry_after"])
        return Answer.json(body, status, **headers)


def _problem(given: Mapping[str, Any]) -> str | None:
    """What the vendor would refuse in a body, in words."""
    prompt = given.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        return "prompt: a non-empty string is required"
    if not isinstance(given.get("negative_prompt", ""), str):
        return "negative_prompt: must be a string"
    for name in ("width", "height"):
        side = given.get(name, 1024)
        if not isinstance(side, int) or not _SIDES[0] <= side <= _SIDES[1]:
            return f"{name}: must be between {_SIDES[0]} and {_SIDES[1]}"
    for name in ("num_inference_steps", "guidance_scale", "true_cfg_scale"):
        value = given.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{name}: must be a number"
    return None
