"""The stand-ins, watched: what a create sets off, which answers got through."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.standins import Answer, Call, ChutesStandin, FalStandin, Fault, Prediction, ReplicateStandin
from tests.standins.vendors.models import Model


class WatchedReplicate(ReplicateStandin):
    """Runs `on_create` when the first prediction is accepted, before it is answered."""

    on_create: Callable[[], object] | None = None

    def _accept(self, call: Call, model: Model) -> Prediction:
        prediction = super()._accept(call, model)
        hook, self.on_create = self.on_create, None
        if hook:
            hook()
        return prediction


class WatchedFal(FalStandin):
    """Notes the orders whose id did not arrive: they can be found nowhere."""

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(delay)
        self.unknown: set[str] = set()

    def handle(self, call: Call) -> tuple[Answer, Fault | None, Call]:
        before = {one.id for one in self.paid}
        answer, fault, call = super().handle(call)
        if fault and call.where == "create":
            self.unknown |= {one.id for one in self.paid} - before
        return answer, fault, call


@dataclass(frozen=True)
class Delivery:
    """One paid Chutes picture; `arrived` is false where a fault took or spoilt the answer."""

    slug: str
    prompt: str
    sha256: str
    arrived: bool


class WatchedChutes(ChutesStandin):
    """Notes of every paid picture whether its answer went out whole."""

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(delay)
        self.deliveries: list[Delivery] = []
        self.on_paid: Callable[[], object] | None = None
        self._made = threading.local()

    def answer(self, call: Call) -> Answer:
        answer = super().answer(call)
        if answer.status == 200:
            self._made.sha256 = hashlib.sha256(answer.body).hexdigest()
            hook, self.on_paid = self.on_paid, None
            if hook:
                hook()
        return answer

    def handle(self, call: Call) -> tuple[Answer, Fault | None, Call]:
        self._made.sha256 = None
        answer, fault, call = super().handle(call)
        if self._made.sha256:
            arrived = fault is None or fault.kind == "slow"
            prompt = str(call.input.get("prompt"))
            self.deliveries.append(Delivery(str(call.model), prompt, self._made.sha256, arrived))
        return answer, fault, call
