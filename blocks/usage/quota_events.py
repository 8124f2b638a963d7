"""Events on quotas: a tenant is near one, or it is full. Each is emitted once a month."""

from collections.abc import Iterable

from prefect.events import emit_event

from blocks.records.monthly_spend import MonthlySpend
from imaging.planning.quotas import Level, Measure, QuotaStanding, Standing

_PREFIX = "tenant.quota"


def announce_quotas(month: MonthlySpend, standing: QuotaStanding | None, full: Iterable[Measure] = ()) -> None:
    """Emit `tenant.quota.warning` or `.exceeded` for each quota that is near or full, if it was not in this month.

    `full`: quotas that had no room for a picture. A quota that is raised is another one. No event is emitted while the
    bucket does not answer, since another machine might have.
    """
    due: dict[str, tuple[Measure, Standing, Level]] = {}
    for measure, one in standing.each() if standing else ():
        level: Level = "exceeded" if measure in full else one.level
        if level != "ok":
            due[f"{level}:{measure}:{one.limit:g}"] = measure, one, level
    if not due:
        return
    for name in month.announce(due):
        measure, one, level = due[name]
        emit_event(
            event=f"{_PREFIX}.{level}",
            resource={
                "prefect.resource.id": f"article-images.tenant.{month.user_id}",
                "prefect.resource.name": month.user_id,
                "article-images.tenant": month.user_id,
            },
            payload={"user_id": month.user_id, "month": month.month, "quota": measure, "limit": one.limit,
                     "used": one.used},
        )  # fmt: skip
