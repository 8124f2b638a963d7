"""An OpenAI-compatible language model: `POST /chat/completions`, and `GET /models`."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from tests.standins.messages import Answer, Call
from tests.standins.server import Standin


class WriterStandin(Standin):
    """Finds a prompt and an alternative text for each picture that it is asked about, other ones each time."""

    places = frozenset({"write", "models"})

    def __init__(self) -> None:
        super().__init__()
        self.api_key = "sk-" + secrets.token_hex(16)
        self.model = "words-1"
        self.asked: list[dict[str, Any]] = []

    def environment(self) -> dict[str, str]:
        """The variables that send the product here."""
        return {
            "IMAGES_LLM_BASE_URL": f"{self.base_url}/v1",
            "IMAGES_LLM_API_KEY": self.api_key,
            "IMAGES_LLM_MODEL": self.model,
        }

    def route(self, call: Call) -> Call:
        return call.about({"/v1/chat/completions": "write", "/v1/models": "models"}.get(call.path, ""))

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {self.api_key}":
            return self.refusal(401, {})
        if call.where == "models":
            return Answer.json({"object": "list", "data": [{"id": self.model, "object": "model"}]})
        if call.where != "write" or not isinstance(call.body, dict) or call.body.get("model") != self.model:
            return self.refusal(404, {})
        material = json.loads(call.body["messages"][-1]["content"])
        self.asked.append(material)
        words = {
            name: {"prompt": f"Scene {len(self.asked)} for {name}", "alt_text": f"Was {name} zeigt"}
            for name in material["pictures"]
        }
        message = {"role": "assistant", "content": json.dumps(words)}
        return Answer.json({"id": "chatcmpl-1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        return Answer.json({"error": {"message": options.get("detail", f"refused ({status})")}}, status)
