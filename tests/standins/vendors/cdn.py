"""The host that Replicate's outputs lie on: another address than the API, and open to everyone."""

import re
from collections.abc import Mapping
from typing import Any

from tests.standins.messages import Answer, Call
from tests.standins.pictures import CONTENT_TYPES, Drawing, picture
from tests.standins.server import Standin, retry_headers

from .predictions import Ledger

_FILE = re.compile(r"/xezq/(?P<id>[0-9a-f]+)/out-(?P<number>\d+)\.(?P<extension>\w+)")


class Cdn(Standin):
    """Serves every prediction's files; a request that carries credentials is a leak, and is remembered."""

    places = frozenset({"download"})

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self.draw: Drawing = picture
        """How the files are made."""

    @property
    def leaks(self) -> list[Call]:
        """The downloads that told a stranger our API token."""
        return [call for call in self.requests if "authorization" in call.headers]

    def route(self, call: Call) -> Call:
        named = _FILE.fullmatch(call.path)
        prediction = self._ledger.find(named["id"]) if named else None
        if prediction is None:
            return call.about("download")
        return call.about("download", model=prediction.model, input=prediction.input, prediction_id=prediction.id)

    def answer(self, call: Call) -> Answer:
        prediction, named = self._ledger.find(call.prediction_id), _FILE.fullmatch(call.path)
        if prediction is None or named is None or prediction.removed or prediction.status != "succeeded":
            return self.refusal(404, {})
        extension = prediction.made_by.extension(prediction.input)
        if int(named["number"]) >= prediction.pictures or named["extension"] != extension:
            return self.refusal(404, {})
        width, height = prediction.made_by.size(prediction.input)
        body = self.draw(f"{prediction.id}-{named['number']}", width, height, extension)
        return Answer(200, body, CONTENT_TYPES[extension], {"Cache-Control": "public, max-age=3600"})

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        headers = {name.replace("_", "-"): text for name, text in retry_headers(status, options).items()}
        text = str(options.get("detail", f"<Error><Code>{status}</Code></Error>"))
        return Answer(status, text.encode(), "application/xml", headers)
