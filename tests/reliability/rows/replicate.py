"""Replicate and its CDN: refusals, throttling, broken lines, answers of the wrong kind, ways a prediction ends."""

from collections.abc import Mapping
from typing import Any

from tests.reliability.harness.s3_proxy import for_seconds
from tests.reliability.harness.world import World
from tests.reliability.rows.row import Breaks, Row

HERO, SOCIAL = "hero", "social"
_SHORT = {"IMAGES_PREDICTION_TIMEOUT": "4"}
_NOT_AN_ANSWER = r"Replicate.*(answer|reach|lost|broke)"


def breaks(where: str, kind: str | int, times: int | None = None, **options: Any) -> Breaks:
    """Break calls to Replicate or its CDN."""
    return lambda world: world.replicate.fault(where, kind, times, **options)


def all_of(*several: Breaks) -> Breaks:
    """Break several things at once."""
    return lambda world: [one(world) for one in several]


def recovers(world: World) -> None:
    """Let predictions stick until all is mended, and then succeed after all."""
    world.replicate.fault("create", "stuck", None)

    def unstick() -> None:
        for prediction in world.replicate.paid:
            prediction.outcome = None

    world.undo.append(unstick)


def _row(name: str, only: str, breaks: Breaks, names: str, variables: Mapping[str, str] | None = None) -> Row:
    return Row(f"replicate {name}", only, breaks, names, variables=variables or {})


def _create() -> list[Row]:
    statuses = (400, 401, 402, 404, 422)
    refused = [_row(f"create {status}", HERO, breaks("create", status), str(status)) for status in statuses]
    unpaid: list[tuple[str, str, Breaks, str]] = [
        ("create 409 once", HERO, breaks("create", 409, 1), "409"),
        ("create 429 once, Retry-After 2", SOCIAL, breaks("create", 429, 1, retry_after=2), "429"),
        ("create 429 for ever", HERO, breaks("create", 429, retry_after=1), "429"),
        ("create 500 for ever", SOCIAL, breaks("create", 500), "500"),
        ("create 503 once", HERO, breaks("create", 503, 1), "503"),
        ("create reset before, once", HERO, breaks("create", "reset_before", 1), "reach"),
        ("create reset before, for ever", SOCIAL, breaks("create", "reset_before"), "reach"),
        ("create html", HERO, breaks("create", "html"), _NOT_AN_ANSWER),
        ("create redirect loop", HERO, breaks("create", "redirect"), _NOT_AN_ANSWER),
    ]  # fmt: skip
    paid: list[tuple[str, str, Breaks, str]] = [
        ("create 502, paid all the same", HERO, breaks("create", 502, 1, paid=True), "502"),
        ("create 500 for ever, paid all the same", HERO, breaks("create", 500, paid=True), "500"),
        ("create reset after, once", HERO, breaks("create", "reset_after", 1), _NOT_AN_ANSWER),
        ("create reset after, for ever", SOCIAL, breaks("create", "reset_after"), _NOT_AN_ANSWER),
        ("create answer lost after 2 s", SOCIAL, breaks("create", "lost_answer", 1, seconds=2), _NOT_AN_ANSWER),
        ("create answer lost, never closed", HERO, breaks("create", "lost_answer", 1), _NOT_AN_ANSWER),
        ("create answer truncated", HERO, breaks("create", "truncated", 1), _NOT_AN_ANSWER),
        ("create answer endless", HERO, breaks("create", "endless", 1), _NOT_AN_ANSWER),
        ("create answer empty", HERO, breaks("create", "empty", 1), _NOT_AN_ANSWER),
        ("create answer of wrong type", SOCIAL, breaks("create", "wrong_type", 1), _NOT_AN_ANSWER),
        (
            "create reset after, list 500 too",
            HERO,
            all_of(breaks("create", "reset_after"), breaks("list", 500)),
            r"Replicate|500",
        ),
    ]  # fmt: skip
    return [*refused, *(_row(*given) for given in [*unpaid, *paid])]


def _ends() -> list[Row]:
    def foreign(output: Any) -> Breaks:
        return breaks("create", "output", output=output)

    ways: list[tuple[str, str, Breaks, str]] = [
        ("failed", HERO, breaks("create", "failed"), "failed"),
        ("canceled", HERO, breaks("create", "canceled"), "canceled"),
        ("aborted", SOCIAL, breaks("create", "aborted"), "aborted"),
        ("nsfw", HERO, breaks("create", "nsfw"), "NSFW|moderat"),
        ("nsfw once", HERO, breaks("create", "nsfw", 1), "NSFW|moderat"),
        ("gone", HERO, breaks("create", "gone"), "gone|no picture|deleted"),
        ("output null", HERO, breaks("create", "output_null"), "no picture|output"),
        ("output dict", SOCIAL, breaks("create", "output_dict"), "no picture|output"),
        ("output a private address", HERO, foreign("http://169.254.169.254/latest/meta-data"), "not allowed|private"),
        ("output a foreign host", SOCIAL, foreign(["https://example.com/x.png"]), "not allowed|DOWNLOAD_HOSTS"),
    ]
    stuck = [
        _row("stuck, recovers", SOCIAL, recovers, r"processing|after \d+ s", _SHORT),
        _row("stuck for ever", HERO, breaks("create", "stuck", 1), r"processing|after \d+ s", _SHORT),
    ]
    return [*(_row(*given) for given in ways), *stuck]


def _get() -> list[Row]:
    faults: Mapping[str, tuple[str, Breaks, str]] = {
        "get 404 for ever": (HERO, breaks("get", 404), "404|gone"),
        "get 429 twice": (SOCIAL, breaks("get", 429, 2), "429"),
        "get 500 for ever": (HERO, breaks("get", 500), "500"),
        "get reset, for ever": (HERO, breaks("get", "reset_before"), "reach"),
        "get html": (HERO, breaks("get", "html"), "not a prediction|answer"),
        "get wrong type": (SOCIAL, breaks("get", "wrong_type"), "not a prediction|answer"),
        "list 401": (HERO, breaks("list", 401), "REPLICATE_API_TOKEN"),
        "list 500": (HERO, breaks("list", 500), "500"),
    }
    return [_row(name, *given, _SHORT) for name, given in faults.items()]


def _download() -> list[Row]:
    limits = {"IMAGES_DOWNLOAD_TIMEOUT": "2", "IMAGES_MAX_BYTES": "20000000"}
    private = "http://169.254.169.254/latest/meta-data"
    faults: Mapping[str, tuple[str, Breaks, str]] = {
        "download 403": (HERO, breaks("download", 403), "403"),
        "download 404": (HERO, breaks("download", 404), "404|gone"),
        "download 500 for ever": (SOCIAL, breaks("download", 500), "500"),
        "download reset, once": (HERO, breaks("download", "reset_before", 1), "broke off"),
        "download truncated, for ever": (HERO, breaks("download", "truncated"), "broke off"),
        "download endless": (HERO, breaks("download", "endless"), "bytes|longer"),
        "download drips": (HERO, breaks("download", "slow", seconds=0.5), "longer than|broke"),
        "download stalls": (SOCIAL, breaks("download", "stall"), "longer than|broke"),
        "download empty": (HERO, breaks("download", "empty"), "picture"),
        "download html": (HERO, breaks("download", "html"), "picture"),
        "download bomb": (HERO, breaks("download", "bomb"), "pixels|large|30"),
        "download polyglot": (HERO, breaks("download", "polyglot"), "picture|behind|end"),
        "download svg": (SOCIAL, breaks("download", "svg"), "picture"),
        "download redirect to a private host": (HERO, breaks("download", "redirect", location=private), "not allowed"),
        "download redirect loop": (HERO, breaks("download", "redirect"), "redirects"),
        "download redirect 6 times": (HERO, breaks("download", "redirect", 6), "redirects"),
    }
    return [_row(name, *given, limits) for name, given in faults.items()]


def _passes() -> list[Row]:
    """Trouble that is over before the first run gives it up."""

    def interrupted(error: str) -> Breaks:
        return breaks("create", "failed", 1, error=error)

    patient = {"IMAGES_RETRY_SECONDS": "30", "IMAGES_COLD_START_SECONDS": "90"}
    starting: dict[str, Any] = {"detail": "The model is starting up, please wait"}
    faults: Mapping[str, tuple[str, Breaks]] = {
        "interrupted once (PA)": (SOCIAL, interrupted("Prediction interrupted; please retry (code: PA)")),
        "interrupted once (E6716)": (HERO, interrupted("Timeout starting prediction (E6716)")),
        "out of memory once": (HERO, interrupted("CUDA out of memory. Tried to allocate 2.00 GiB")),
        "worker died once": (HERO, interrupted("the worker died unexpectedly, try again")),
        "get 404 once": (HERO, breaks("get", 404, 1)),
        "get 404 four times": (SOCIAL, breaks("get", 404, 4)),
        "download html five times": (HERO, breaks("download", "html", 5)),
        "download empty, then half, then 404": (
            HERO,
            all_of(*(breaks("download", kind, 2) for kind in ("empty", "truncated", 404))),
        ),
        "download 503 for 20 s": (
            SOCIAL,
            lambda world: world.replicate.fault("download", 503, None, for_seconds(20)),
        ),
        "create 503, starting for 20 s": (
            HERO,
            lambda world: world.replicate.fault("create", 503, None, for_seconds(20), **starting),
        ),
    }
    rows = [Row(f"replicate {name}", *given, ".", variables=patient, passes=True) for name, given in faults.items()]
    return [*rows, _row("interrupted for ever", HERO, breaks("create", "failed"), "interrupted")]


REPLICATE = [*_create(), *_ends(), *_get(), *_download(), *_passes()]
