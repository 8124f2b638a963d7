"""Replicate's HTTP API, as the `replicate` package speaks it (https://replicate.com/docs/reference/http)."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.standins.faults import OUTCOMES
from tests.standins.messages import Answer, Call
from tests.standins.server import retry_headers

from .models import MODELS, Model, by_version
from .ordering import OrderingStandin
from .predictions import Prediction

_ID = r"/v1/predictions/(?P<id>[^/]+)"
_ROUTES = (
    ("create", "POST", re.compile(r"/v1/models/(?P<owner>[^/]+)/(?P<name>[^/]+)/predictions")),
    ("create", "POST", re.compile(r"/v1/predictions")),
    ("list", "GET", re.compile(r"/v1/predictions")),
    ("get", "GET", re.compile(_ID)),
    ("cancel", "POST", re.compile(_ID + "/cancel")),
    ("account", "GET", re.compile(r"/v1/account")),
    ("model", "GET", re.compile(r"/v1/models/(?P<owner>[^/]+)/(?P<name>[^/]+)")),
)
_WORDS: dict[int, tuple[str, str]] = {
    400: ("Bad request", "The request is malformed."),
    401: ("Unauthenticated", "You did not pass a valid authentication token"),
    402: ("Insufficient credit", "You have insufficient credit to run this model."),
    403: ("Forbidden", "You do not have permission to run this model."),
    404: ("Not found", "The requested resource could not be found."),
    409: ("Conflict", "The request conflicts with another one."),
    422: ("Input validation failed", "- input: prompt is required\n"),
    429: ("Too many requests", "Request was throttled. Your rate limit for creating predictions is reduced "
          "to 6 requests per minute with a burst of 1 requests while you have less than $5.0 in credit."),
    500: ("Internal server error", "Internal server error"),
    502: ("Bad gateway", "Bad gateway"),
    503: ("Service unavailable", "Service unavailable"),
    504: ("Gateway timeout", "Gateway timeout"),
}  # fmt: skip


class ReplicateStandin(OrderingStandin):
    """The API on one port and its CDN on another, with `paid` counting what would have cost money."""

    places = frozenset({"create", "get", "list", "cancel", "account", "model"})
    skew = timedelta()
    """How far the vendor's clock is ahead of ours: the times that it gives, and the header `Date`."""

    def __init__(self, delay: float = 0.0, token: str | None = None, page_size: int = 100) -> None:
        super().__init__(delay)
        self.token = token or "r8_" + secrets.token_hex(18)
        self._page_size = page_size

    @property
    def download_host(self) -> str:
        """What a test lists in `IMAGES_DOWNLOAD_HOSTS`: `127.0.0.1:PORT` of the CDN."""
        return self.cdn.host

    def environment(self) -> dict[str, str]:
        """The variables that send the product here."""
        return {
            "REPLICATE_API_TOKEN": self.token,
            "REPLICATE_BASE_URL": self.base_url,
            "IMAGES_DOWNLOAD_HOSTS": self.download_host,
        }

    def created(self, model: str | None = None) -> int:
        """How many were paid for: of one model (`owner/name` or just the name), or of all."""
        return len([one for one in self.paid if model in {None, one.model, one.model.split("/")[1]}])

    def expire(self) -> None:
        """Let the hour pass after which the vendor deletes inputs, outputs and files."""
        for prediction in self.paid:
            prediction.expire()

    def route(self, call: Call) -> Call:
        for where, method, path in _ROUTES:
            found = path.fullmatch(call.path)
            if found is None or method != call.method:
                continue
            if where == "create":
                return self._route_create(call, found.groupdict())
            if where == "model":
                return call.about(where, model="/".join(found.groups()))
            prediction = self._ledger.find(found.groupdict().get("id"))
            if prediction is None:
                return call.about(where)
            known = {"model": prediction.model, "input": prediction.input, "prediction_id": prediction.id}
            return call.about(where, **known)
        return call

    def _route_create(self, call: Call, named: Mapping[str, str]) -> Call:
        body = call.body if isinstance(call.body, dict) else {}
        model = by_version(str(body.get("version", "")))
        name = f"{named['owner']}/{named['name']}" if named else model and model.name
        given = body.get("input")
        return call.about("create", model=name, input=given if isinstance(given, dict) else {})

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return self.refusal(401, {})
        answers = {"create": self._create, "list": self._list, "model": self._describe, "account": self._account}
        if call.where in answers:
            return answers[call.where](call)
        prediction = self._ledger.find(call.prediction_id)
        if prediction is None:
            return self.refusal(404, {})
        if call.where == "cancel" and prediction.cancel():
            self.canceled.append(prediction)
        return Answer.json(prediction.json(self.base_url, self.cdn.base_url))

    def _create(self, call: Call) -> Answer:
        model = MODELS.get(call.model or "")
        if model is None:
            return self._unknown_model(call)
        problems = list(model.problems(call.input))
        if problems:
            detail = "".join(f"- {one.field}: {one.description}\n" for one in problems)
            return self.refusal(422, {"detail": detail, "invalid_fields": [asdict(one) for one in problems]})
        prediction = self._accept(call, model)
        # The vendor may answer `Prefer: wait` early, and then says `processing`: `client.run()` returns None.
        status = "processing" if "prefer" in call.headers else "starting"
        return Answer.json(prediction.json(self.base_url, self.cdn.base_url, status), 201)

    def _account(self, call: Call) -> Answer:
        return Answer.json({"type": "user", "username": "standin", "name": "Stand-in", "github_url": None})

    def _describe(self, call: Call) -> Answer:
        """An official model, which has no version to name."""
        if call.model not in MODELS:
            return self.refusal(404, {})
        owner, name = str(call.model).split("/")
        url = f"https://replicate.com/{call.model}"
        known = {
            "url": url,
            "owner": owner,
            "name": name,
            "visibility": "public",
            "run_count": 1,
            "latest_version": None,
        }
        return Answer.json(known)

    def _accept(self, call: Call, model: Model) -> Prediction:
        now = datetime.now(UTC) + self.skew
        prediction = Prediction(model, call.input, self.delay, self.faults.take(call, OUTCOMES), created_at=now)
        self._ledger.add(prediction)
        return prediction

    def _unknown_model(self, call: Call) -> Answer:
        if call.path != "/v1/predictions":
            return self.refusal(404, {})
        title = "Invalid version or not permitted"
        detail = "The specified version does not exist (or perhaps you don't have permission to use it?)"
        return self.refusal(422, {"title": title, "detail": detail})

    def _list(self, call: Call) -> Answer:
        try:
            page, newer, older = self._ledger.page(call.query.get("cursor"), self._page_size)
        except ValueError:
            return self.refusal(400, {"detail": "Invalid cursor"})
        url = f"{self.base_url}/v1/predictions?cursor="
        return Answer.json(
            {
                "previous": url + newer if newer else None,
                "next": url + older if older else None,
                "results": [one.json(self.base_url, self.cdn.base_url) for one in page],
            },
            date=format_datetime(datetime.now(UTC) + self.skew, usegmt=True),
        )

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        title, detail = _WORDS[status]
        body = {"title": title, "detail": detail, "status": status}
        body |= {name: options[name] for name in ("title", "detail", "invalid_fields") if name in options}
        headers = retry_headers(status, options)
        if headers:
            body["retry_after"] = float(headers["retry_after"])
        return Answer.json(body, status, **headers)
