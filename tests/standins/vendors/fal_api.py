"""fal.ai's queue API: submit, status, result, cancel (https://docs.fal.ai/model-endpoints/queue)."""

import re
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from tests.standins.faults import OUTCOMES
from tests.standins.messages import Answer, Call
from tests.standins.server import retry_headers

from .models import ULTRA_SIZES, Model
from .ordering import OrderingStandin
from .predictions import Prediction

_APP = r"/(?P<owner>[^/]+)/(?P<app>[^/]+)"
_REQUEST = _APP + r"/requests/(?P<id>[^/]+)"
_ROUTES = (
    ("get", "GET", re.compile(_REQUEST + "/status")),
    ("result", "GET", re.compile(_REQUEST)),
    ("cancel", "PUT", re.compile(_REQUEST + "/cancel")),
    ("create", "POST", re.compile(_APP + r"(?P<path>(?:/[^/]+)*)")),
)
_WORDS = {
    400: "Bad request",
    401: "Authentication is required to access this application",
    402: "Payment required",
    403: "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
    404: "Request not found",
    409: "Conflict",
    422: "Unprocessable entity",
    429: "Too many requests",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Gateway timeout",
}
_STATES = {"starting": "IN_QUEUE", "processing": "IN_PROGRESS"}
REFUSED = [
    {
        "loc": ["body", "prompt"],
        "msg": "The content could not be processed because it was flagged by a content checker.",
        "type": "content_policy_violation",
        "url": "https://docs.fal.ai/errors#content_policy_violation",
        "input": "milk",
    }
]
_FAILED = [{"loc": ["body"], "msg": "Internal server error", "type": "internal_server_error"}]

MODELS = {
    model.name: model
    for model in (
        Model("fal-ai/flux-pro/v1.1-ultra", ULTRA_SIZES, ("png", "jpeg"), "16:9", {"safety_tolerance": (1, 6)}),
        Model("fal-ai/flux/dev", {"4:3": (1024, 768)}, ("png", "jpeg"), "4:3", {"num_inference_steps": (1, 50)}),
    )
}


class FalStandin(OrderingStandin):
    """The queue on one port and the host of its pictures on another, with `paid` counting the orders accepted.

    Outcomes of `create`: `nsfw` is refused by a content checker, `failed` by the runner, `output_null` has no picture,
    and `output` answers with the option `output` as the result.
    """

    places = frozenset({"create", "get", "result", "cancel"})

    def __init__(self, delay: float = 0.0, key: str | None = None) -> None:
        super().__init__(delay)
        self.key = key or f"{uuid.uuid4()}:{secrets.token_hex(16)}"

    def environment(self) -> dict[str, str]:
        """The variables that send the product here."""
        return {"FAL_KEY": self.key, "FAL_BASE_URL": self.base_url, "IMAGES_DOWNLOAD_HOSTS": self.cdn.host}

    def route(self, call: Call) -> Call:
        for where, method, path in _ROUTES:
            found = path.fullmatch(call.path)
            if found is None or method != call.method:
                continue
            if where == "create":
                return call.about("create", model=call.path.strip("/"), input=call.body or {})
            prediction = self._ledger.find(found["id"])
            of_app = prediction and prediction.model.startswith(f"{found['owner']}/{found['app']}/")
            if prediction is None or not of_app:
                return call.about(where)
            known = {"model": prediction.model, "input": prediction.input, "prediction_id": prediction.id}
            return call.about(where, **known)
        return call

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Key {self.key}":
            return self.refusal(401, {})
        if call.where == "create":
            return self._create(call)
        prediction = self._ledger.find(call.prediction_id)
        if prediction is None:
            return self.refusal(404, {})
        return self._about(call, prediction)

    def _about(self, call: Call, prediction: Prediction) -> Answer:
        if call.where == "cancel":
            if not prediction.cancel():
                return Answer.json({"status": "ALREADY_COMPLETED"}, 400)
            self.canceled.append(prediction)
            return Answer.json({"status": "CANCELLATION_REQUESTED"}, 202)
        state = _STATES.get(prediction.status, "COMPLETED")
        if call.where == "get":
            return Answer.json({"status": state, **self._urls(prediction)}, 200 if state == "COMPLETED" else 202)
        if state != "COMPLETED":
            return Answer.json({"detail": "Request is still in progress"}, 400)
        return self._result(prediction)

    def _create(self, call: Call) -> Answer:
        model = MODELS.get(call.model or "")
        if model is None:
            return self.refusal(404, {"detail": f"Application '{call.model}' not found"})
        if problems := list(model.problems(call.input)):
            listed = [{"loc": ["body"], "msg": one.description, "type": one.type, "input": {}} for one in problems]
            return self.refusal(422, {"detail": listed})
        prediction = self._accept(call, model)
        return Answer.json({"status": "IN_QUEUE", "queue_position": 0, **self._urls(prediction)})

    def _accept(self, call: Call, model: Model) -> Prediction:
        prediction = Prediction(model, call.input, self.delay, self.faults.take(call, OUTCOMES))
        self._ledger.add(prediction)
        return prediction

    def _urls(self, prediction: Prediction) -> dict[str, str]:
        app = "/".join(prediction.model.split("/")[:2])
        url = f"{self.base_url}/{app}/requests/{prediction.id}"
        return {
            "request_id": prediction.id,
            "response_url": url,
            "status_url": f"{url}/status",
            "cancel_url": f"{url}/cancel",
        }

    def _result(self, prediction: Prediction) -> Answer:
        prompt, ended = prediction.input["prompt"], prediction.outcome
        endings = {
            "nsfw": (422, {"detail": REFUSED}),
            "failed": (500, {"detail": _FAILED}),
            "output_null": (200, {"images": [], "prompt": prompt}),
            "output": (200, ended and ended.options.get("output")),
        }
        if prediction.removed:
            return self.refusal(404, {})
        if prediction.status == "canceled":
            return Answer.json({"detail": "Request was cancelled"}, 400)
        if prediction.kind in endings:
            status, body = endings[prediction.kind]
            return Answer.json(body, status)
        width, height = prediction.made_by.size(prediction.input)
        url = f"{self.cdn.base_url}/xezq/{prediction.id}/out-0.{prediction.made_by.extension(prediction.input)}"
        image = {"url": url, "width": width, "height": height, "content_type": "image/png"}
        return Answer.json({"images": [image], "has_nsfw_concepts": [False], "seed": 42, "prompt": prompt})

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        detail = options.get("detail", _WORDS[status])
        return Answer.json({"detail": detail}, status, **retry_headers(status, options))
