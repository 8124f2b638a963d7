"""Measurements of a picture's duration and cost: spans and metrics (OpenTelemetry), and an event for each picture.

| metric | what | by |
| --- | --- | --- |
| `images.provider.duration`, `images.download.duration`, `images.storage.duration` | seconds, a histogram | provider, model, outcome |
| `images.made` | pictures | tenant, provider, model, kind, status |
| `images.cost` | USD spent | the same |

Without a collector the OpenTelemetry calls do nothing. Neither tokens nor addresses are recorded.
"""  # noqa: E501 - a table

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import metrics, trace
from opentelemetry.trace import StatusCode
from prefect.events import emit_event

from blocks.observability.stopwatch import Step
from blocks.run import current_run
from imaging.errors import ImagesError
from imaging.record import Image
from imaging.spec import ImageSpec

EVENT = "article-images.image"  # .stored, .provider_url, .inline, .failed

_TRACER = trace.get_tracer("article-images")
_METER = metrics.get_meter("article-images")
_STEPS: tuple[Step, ...] = ("provider", "download", "storage")
_DURATION = {step: _METER.create_histogram(f"images.{step}.duration", "s") for step in _STEPS}
_MADE = _METER.create_counter("images.made", "{image}")
_COST = _METER.create_counter("images.cost", "USD")


@contextmanager
def measured(step: Step, spec: ImageSpec) -> Iterator[None]:
    """Measure a step on the way to `spec`'s picture; one that raises counts as well."""
    maker = {"provider": spec.provider, "model": spec.model}
    place = {"tenant": spec.user_id, "slug": spec.slug, "image": spec.name}
    began, outcome = time.monotonic(), "ok"
    # Not with the exception as it is: only the words of our own errors are sure to hold no secret.
    with _TRACER.start_as_current_span(
        f"{spec.name}: {step}", attributes=maker | place, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield
        except BaseException as error:
            outcome = type(error).__name__
            span.set_status(StatusCode.ERROR, str(error) if isinstance(error, ImagesError) else outcome)
            raise
        finally:
            seconds = time.monotonic() - began
            _DURATION[step].record(seconds, maker | {"outcome": outcome})
            current_run().stopwatch.add(spec.name, step, seconds)


def emit_image(image: Image, user_id: str, slug: str) -> None:
    """Count a picture that is done, and emit its event; one that was there already is no news.

    The event says what it took, cost and came to. Addresses are not in it: a provider's opens its picture.
    """
    if image.status == "reused" and not image.fallback_from:
        return
    of = {"tenant": user_id, "provider": image.provider, "model": image.model}
    _MADE.add(1, of | {"kind": image.kind.value, "status": image.status})
    _COST.add(image.cost_usd, of | {"kind": image.kind.value, "status": image.status})
    shown = {"name", "kind", "status", "durable", "provider", "model", "cost_usd", "content_type", "width", "height"}
    shown |= {"bytes", "key", "prediction_id", "fallback_from", "error", "note"}
    emit_event(
        event=f"{EVENT}.{image.status}",
        resource={
            "prefect.resource.id": f"article-images.{user_id}.{slug}.{image.name}",
            "prefect.resource.name": f"{user_id}/{slug}/{image.name}",
            "article-images.tenant": user_id,
            "article-images.slug": slug,
            "article-images.provider": image.provider,
        },
        payload=image.model_dump(mode="json", include=shown)
        | {"user_id": user_id, "slug": slug, "seconds": dict(current_run().stopwatch.seconds(image.name))},
    )
