"""The vendors of the benchmark: the stand-ins of the tests, with a time for each model and pictures of real sizes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.standins import Call, ChutesStandin, Prediction, ReplicateStandin
from tests.standins.vendors.models import Model

from .pictures import Look, Pictures

HERO, DEV = "black-forest-labs/flux-1.1-pro-ultra", "black-forest-labs/flux-dev"


@dataclass(frozen=True)
class Pace:
    """Seconds that the vendors take: for a hero, another picture of Replicate, one of Chutes; and for each answer."""

    hero: float = 0.0
    dev: float = 0.0
    chutes: float = 0.0
    latency: float = 0.0


AS_IN_LIFE = Pace(hero=8, dev=3, chutes=5)


class Replicate(ReplicateStandin):
    """Takes as long as each model does."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: Mapping[str, float] = {}

    def _accept(self, call: Call, model: Model) -> Prediction:
        prediction = super()._accept(call, model)
        prediction.delay = self.seconds.get(model.name, 0.0)
        return prediction


class Vendors:
    """Both vendors, and the requests that reached them."""

    def __init__(self, replicate: Replicate, chutes: ChutesStandin) -> None:
        self.replicate = replicate
        self.chutes = chutes
        self._looks: dict[Look, Pictures] = {}

    def play(self, look: Look, pace: Pace) -> None:
        """From now on draw pictures of that look, at that pace."""
        self._looks[look] = pictures = self._looks.get(look) or Pictures(look).prepared()
        self.replicate.cdn.draw = self.chutes.draw = pictures
        self.replicate.seconds = {HERO: pace.hero, DEV: pace.dev}
        self.chutes.delay = pace.chutes
        for vendor in (self.replicate, self.replicate.cdn, self.chutes):
            vendor.latency = pace.latency

    def taken(self) -> Counter[str]:
        """Return the requests since the last call, by operation and, at Replicate, by kind of model."""
        counts: Counter[str] = Counter()
        for vendor in (self.replicate, self.replicate.cdn, self.chutes):
            calls, vendor.requests = vendor.requests, []
            counts.update(
                f"{call.where} {'hero' if call.model == HERO else call.model or ''}".strip() for call in calls
            )
        return counts
