"""Pictures by the offline painter, for when a provider is not configured. Cache: on the spec's digest."""

from prefect import task

from blocks.delivery.measuring import measured
from blocks.delivery.storing import Made, keep, looked_at
from blocks.delivery.terms import RunTerms
from imaging.painting.painter import paint
from imaging.pictures.picture import encode
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.task_options import CACHED, IMAGE


@task(**IMAGE, **CACHED)
def paint_offline(spec: ImageSpec, terms: RunTerms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, painted here and stored: `earlier` where the bucket has it already."""
    if earlier:
        return earlier
    color = spec.params.get("color")
    # The stem keeps pictures apart that share a prompt, as the compared models do; its folder is the article's own.
    prompt, series = f"{spec.prompt}\n{spec.stem}", f"{spec.user_id}/{spec.slug}"
    with measured("provider", spec):
        canvas = paint(prompt, spec.size, str(color) if color else None, series)
        painted = encode(canvas, str(spec.params.get("output_format", "png")))
    return keep(spec, looked_at(painted), terms, cost_usd=0.0)
