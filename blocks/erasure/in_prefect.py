"""What Prefect keeps of a target: runs with their artifacts, limits of locks, entries of variables."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterName,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import Artifact, FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_LOCAL_STORAGE_PATH

from blocks.configuration.defaults import BUDGETS, PLATFORMS, PUBLIC_BASE_URLS, QUOTAS
from blocks.configuration.variables import read_variables, write_variable
from blocks.locks.unused_limits import all_limits, remove_limit
from imaging.erasure.target import Target
from imaging.names.run_names import tenant_tag
from imaging.pages.gallery import literal

Named = Iterator[tuple[str, int]]
_ARTICLES = "article-images"
_OTHERS = ("article-backlog", "legacy-migration", "storage-report", "brand-assets")
_PAGE, _AT_ONCE = 200, 50  # the API answers no more; ids in one filter
_RUNS = 50  # in a page: each has its article in its parameters


class Run(NamedTuple):
    """A flow run: `is_queued` is True until it begins; `result` is the name of its result's file, if there is one."""

    id: UUID
    name: str
    is_queued: bool
    result: str


@dataclass(frozen=True, slots=True)
class Runs:
    """The target's flow runs: by tag, name and parameters. With them go their logs, task runs and artifacts.

    `queued`: only those that have not begun.
    """

    client: SyncPrefectClient
    target: Target
    queued: bool = False

    def listed(self) -> Named:
        """Yield names of runs, and the bytes of their results on this machine."""
        for run in self.each():
            file = _result_file(run)
            yield run.name, file.stat().st_size if file else 0

    def remove(self) -> None:
        """Delete each run behind its artifacts and its result on this machine, which it leads to."""
        for run in list(self.each()):
            for artifact in artifacts_of(self.client, [run.id]):
                _delete(self.client.delete_artifact, artifact.id)
            if file := _result_file(run):
                file.unlink(missing_ok=True)
            _delete(self.client.delete_flow_run, run.id)

    def each(self) -> Iterator[Run]:
        """Yield the runs."""
        seen = set[UUID]()
        for query in self._queries():
            for run in _pages(lambda offset, query=query: self._page(query, offset), _RUNS):  # type: ignore[misc]
                known = _run(run)
                is_its = self.target.is_run(run.name, run.tags, run.parameters)
                if is_its and run.id not in seen and (known.is_queued or not self.queued):
                    seen.add(run.id)
                    yield known

    def _queries(self) -> Iterator[tuple[Sequence[str], FlowRunFilter]]:
        if self.target.slug is not None:
            yield (_ARTICLES,), FlowRunFilter(name=FlowRunFilterName(any_=[str(self.target)]))
            return
        tag = FlowRunFilterTags(all_=[tenant_tag(self.target.user_id)])
        yield (_ARTICLES, *_OTHERS), FlowRunFilter(tags=tag)
        # Runs that never came to their tag.
        yield (_ARTICLES,), FlowRunFilter(name=FlowRunFilterName(like_=self.target.folder))
        yield _OTHERS, FlowRunFilter()

    def _page(self, query: tuple[Sequence[str], FlowRunFilter], offset: int) -> list[FlowRun]:
        flows = FlowFilter(name=FlowFilterName(any_=list(query[0])))
        return self.client.read_flow_runs(
            flow_filter=flows, flow_run_filter=query[1], sort=FlowRunSort.ID_DESC, limit=_RUNS, offset=offset
        )


@dataclass(frozen=True, slots=True)
class SharedArtifacts:
    """Reports on the usage of all tenants that have a line of the target's. Their files in the bucket are kept."""

    client: SyncPrefectClient
    target: Target

    def listed(self) -> Named:
        """Yield the artifacts' keys."""
        yield from ((str(artifact.key), 0) for artifact in self._each())

    def remove(self) -> None:
        """Delete them."""
        for artifact in list(self._each()):
            _delete(self.client.delete_artifact, artifact.id)

    def _each(self) -> Iterator[Artifact]:
        if self.target.slug is not None:
            return
        query = ArtifactFilter(key=ArtifactFilterKey(like_="usage-table-%"))
        tables = _pages(lambda offset: self.client.read_artifacts(artifact_filter=query, limit=_PAGE, offset=offset))
        runs = [table.flow_run_id for table in tables if table.flow_run_id and self._has_its_line(table.data)]
        found = list(artifacts_of(self.client, runs))
        # The table last: it says that the others have the line.
        yield from sorted(found, key=lambda artifact: str(artifact.key).startswith("usage-table-"))

    def _has_its_line(self, data: Any) -> bool:
        with suppress(ValueError, TypeError, AttributeError):
            rows = json.loads(data) if isinstance(data, str) else data
            return any(row.get("tenant") == str(literal(self.target.user_id)) for row in rows)
        return False


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the target's locks. `folder`: of the locks of this machine."""

    client: SyncPrefectClient
    target: Target
    folder: Path

    def listed(self) -> Named:
        """Yield their names."""
        yield from ((limit.name, 0) for limit in all_limits(self.client) if self.target.locks(limit.name))

    def remove(self) -> None:
        """Remove those that nobody holds."""
        for name, _ in list(self.listed()):
            remove_limit(self.client, self.folder, name)

    def taken(self) -> list[str]:
        """Return the names of those that seem to be held."""
        return [
            limit.name for limit in all_limits(self.client)
            if limit.active_slots and self.target.locks(limit.name)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entries:
    """The tenant's entries of the variables that people edit; an article has none. `names`: of the variables."""

    target: Target
    names: tuple[str, ...] = (BUDGETS, QUOTAS, PLATFORMS, PUBLIC_BASE_URLS)

    def listed(self) -> Named:
        """Yield the names of the variables that have one."""
        yield from ((name, 0) for name, _, _ in self._each())

    def remove(self) -> None:
        """Write each variable without it."""
        for name, value, entries in self._each():
            del entries[self.target.user_id]
            write_variable(name, value)

    def _each(self) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        values = read_variables(self.names) if self.target.slug is None else {}
        for name, value in values.items():
            entries = value.get("tenants") if isinstance(value, dict) and name in {BUDGETS, QUOTAS} else value
            if isinstance(entries, dict) and self.target.user_id in entries:
                yield name, value, entries


def artifacts_of(client: SyncPrefectClient, runs: Sequence[UUID]) -> Iterator[Artifact]:
    """Yield the artifacts that were created by these flow runs."""
    for at in range(0, len(runs), _AT_ONCE):
        query = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=list(runs[at : at + _AT_ONCE])))
        yield from list(
            _pages(lambda offset, query=query: client.read_artifacts(artifact_filter=query, limit=_PAGE, offset=offset))  # type: ignore[misc]
        )


def _pages(read: Callable[[int], list[Any]], size: int = _PAGE) -> Iterator[Any]:
    offset = 0
    while page := read(offset):
        yield from page
        offset += len(page)
        if len(page) < size:
            return


def _run(run: FlowRun) -> Run:
    state = run.state
    is_queued = state is None or state.is_scheduled() or state.is_pending() or state.is_paused()
    result = str(getattr(state.data, "storage_key", "") or "") if state else ""
    return Run(run.id, run.name, is_queued, result)


def _result_file(run: Run) -> Path | None:
    """Return the file with the run's result, where the run was on this machine."""
    folder = PREFECT_LOCAL_STORAGE_PATH.value()
    file = (folder / run.result).resolve()
    return file if run.result and file.is_relative_to(folder.resolve()) and file.is_file() else None


def _delete(delete: Callable[[UUID], None], what: UUID) -> None:
    with suppress(ObjectNotFound):
        delete(what)


def parameters_naming(client: SyncPrefectClient, target: Target) -> Iterable[str]:
    """Yield the names of deployments whose own or scheduled parameters name the tenant."""
    for deployment in _pages(lambda offset: client.read_deployments(limit=_PAGE, offset=offset)):
        given = [deployment.parameters, *(schedule.parameters for schedule in deployment.schedules)]
        if target.slug is None and any(target.is_run("", [], parameters or {}) for parameters in given):
            yield deployment.name
