"""Usage for the Prefect UI: a summary in Markdown, the rows of a table, and a chart as a PNG."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import resvg_py

from imaging.pages.gallery import literal, templates
from imaging.typesetting.fonts import EXCERPT_WEIGHT, MANROPE, path
from imaging.usage.report import TenantUsage, UsageReport

_SHOWN = 200  # tenants in the table and in the summary; the files have all
_BARS = 16  # tenants in the chart


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the chart, its two parts as shares of the longest one."""

    label: str
    value: str
    share: float
    second_share: float = 0.0


def markdown_usage(report: UsageReport, files: Sequence[str]) -> str:
    """Return the summary for the Prefect UI; `files`: the keys of the report's files in the bucket."""
    largest = sorted(report.tenants, key=lambda one: (-one.spend_usd, -one.bytes, one.user_id))
    return templates.get_template("usage.md.j2").render(
        report=report,
        tenants=largest[:_SHOWN],
        near=[one for one in report.tenants if one.quota and one.quota.level != "ok"],
        files=files,
        size=readable_bytes,
    )


def usage_table(report: UsageReport) -> list[dict[str, str | int]]:
    """Return the rows of the table: one for each tenant, those who spent and store most first, and the sums."""
    largest = sorted(report.tenants, key=lambda one: (-one.spend_usd, -one.bytes, one.user_id))
    rows = [{"tenant": literal(one.user_id), **_cells(one)} for one in largest[:_SHOWN]]
    return [*rows, {"tenant": "all", **_cells(TenantUsage(user_id="all", **report.total.model_dump()))}]


def _cells(usage: TenantUsage) -> dict[str, str | int]:
    return {
        "articles": usage.articles,
        "images": sum(usage.images.values()),
        "made": sum(usage.made.values()),
        "objects": usage.objects,
        "stored": readable_bytes(usage.bytes),
        "old versions": readable_bytes(usage.bytes_old_versions),
        "spent (USD)": f"{usage.spend_usd:.3f}",
        "storage (USD)": f"{usage.storage_usd:.4f}",
        "orphans": usage.orphans,
        "missing": usage.missing,
        "duplicates": usage.duplicates,
        "quota": usage.quota.level if usage.quota else "-",
    }


def usage_chart(report: UsageReport) -> str:
    """Return the chart as a `data:` URL: what the largest tenants store and spend."""
    stored = sorted(report.tenants, key=lambda one: (-one.bytes - one.bytes_old_versions, one.user_id))[:_BARS]
    spent = sorted(report.tenants, key=lambda one: (-one.spend_usd, one.user_id))[:_BARS]
    most = max((one.bytes + one.bytes_old_versions for one in stored), default=0) or 1
    dearest = max((one.spend_usd for one in spent), default=0.0) or 1.0
    panels = [
        ("Stored, and old versions (lighter)", [
            Bar(one.user_id, readable_bytes(one.bytes + one.bytes_old_versions), one.bytes / most,
                one.bytes_old_versions / most)
            for one in stored
        ]),
        (f"Spent in {report.month}, USD", [
            Bar(one.user_id, f"{one.spend_usd:.2f}", one.spend_usd / dearest) for one in spent
        ]),
    ]  # fmt: skip
    svg = templates.get_template("usage.svg.j2").render(report=report, panels=panels, rows=max(1, len(stored)))
    png = resvg_py.svg_to_bytes(
        svg_string=svg, skip_system_fonts=True, font_files=[path(MANROPE, EXCERPT_WEIGHT)], font_family="Manrope"
    )
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def readable_bytes(number: int) -> str:
    """Return a number of bytes for people, in decimal units as stores bill them: `3.1 MB`."""
    size, unit = float(number), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
