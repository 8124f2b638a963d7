"""The answers that faults put in the place of true ones: a proxy's page, a redirect, a picture to refuse."""

from collections.abc import Callable, Mapping
from typing import Any

from . import pictures
from .faults import Fault
from .messages import Answer, Call

_HTML = b"<!doctype html><title>Just a moment...</title><h1>Checking your browser</h1>"


def spoil(call: Call, answer: Answer, fault: Fault) -> Answer:
    """What to send instead; `answer` itself where the fault spoils only the way it is sent."""
    instead = _INSTEAD.get(fault.kind)
    return answer if instead is None else instead(call, answer, fault.options)


def _html(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    return Answer(options.get("status", 200), _HTML, "text/html; charset=utf-8")


def _redirect(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    location = options.get("location", call.path)
    return Answer(options.get("status", 302), b"", "text/plain", {"Location": location})


def _empty(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    return Answer(200, b"", answer.content_type)


def _wrong_type(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    return Answer.json(options.get("body", {"unexpected": ["shape"]}))


def _bomb(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    return Answer(200, pictures.bomb(), options.get("content_type", "image/png"))


def _polyglot(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    return Answer(200, pictures.polyglot(), options.get("content_type", "image/png"))


def _svg(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    return Answer(200, pictures.svg(), options.get("content_type", "image/svg+xml"))


def _other_picture(call: Call, answer: Answer, options: Mapping[str, Any]) -> Answer:
    return Answer(200, options["data"], options.get("content_type", "image/png"))


_INSTEAD: dict[str, Callable[[Call, Answer, Mapping[str, Any]], Answer]] = {
    "html": _html,
    "redirect": _redirect,
    "empty": _empty,
    "wrong_type": _wrong_type,
    "bomb": _bomb,
    "polyglot": _polyglot,
    "svg": _svg,
    "other_picture": _other_picture,
}
