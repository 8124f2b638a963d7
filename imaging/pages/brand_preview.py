"""The preview of a brand: one self-contained HTML page, and a summary for the Prefect UI."""

import base64
from collections.abc import Sequence
from io import BytesIO
from itertools import groupby

from PIL import Image

from imaging.articles.brand import TenantBrand
from imaging.articles.brand_change import BrandReport
from imaging.cards.samples import Sample
from imaging.pages.gallery import templates
from imaging.pages.page import STYLE, policy, raw

_BRAND_STYLE = raw("brand.css")
_SIZES = {"page": (720, 378), "artifact": (320, 168)}  # pixels in which samples are shown
_PUBLIC = ("color", "logo", "template", "site_name", "font", "language")  # words for prompts are not public


def brand_page(report: BrandReport, samples: Sequence[Sample]) -> str:
    """Return the page with all samples, in light and dark; it loads nothing from elsewhere."""
    style = STYLE + _BRAND_STYLE
    return templates.get_template("brand.html.j2").render(
        report=report,
        fields=_fields(report, _PUBLIC),
        groups=[(name, list(group)) for name, group in groupby(_shown(samples, "page"), key=lambda one: one[0])],
        style=style,
        policy=policy(style),
    )


def markdown_brand(report: BrandReport, samples: Sequence[Sample]) -> str:
    """Return the summary for the Prefect UI: every field, and a card of each template."""
    first = {sample.group: sample for sample in reversed(samples) if sample.group != "logo"}
    return templates.get_template("brand.md.j2").render(
        report=report,
        fields=_fields(report, tuple(TenantBrand.model_fields)),
        samples=list(_shown(list(reversed(first.values())), "artifact")),
    )


def _fields(report: BrandReport, names: Sequence[str]) -> list[tuple[str, str]]:
    facts = {asset.name: f" {asset.facts}" for asset in report.assets}
    values = ((name, getattr(report, name)) for name in names)
    return [(name.replace("_", " "), f"{value}{facts.get(name, '')}") for name, value in values if value]  # type: ignore[call-overload]


def _shown(samples: Sequence[Sample], where: str) -> list[tuple[str, str, str]]:
    return [(sample.group, sample.name, _data_url(sample.data, _SIZES[where])) for sample in samples]


def _data_url(data: bytes, box: tuple[int, int]) -> str:
    with Image.open(BytesIO(data)) as opened, BytesIO() as out:
        small = opened.convert("RGB")
        small.thumbnail(box, Image.Resampling.LANCZOS)
        small.save(out, "WEBP", quality=82, method=2)
        return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"
