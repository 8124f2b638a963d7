"""The small world that the flow is run in, and the articles that are run."""

from tests.flows.backlogs import site
from tests.flows.migration_run.migrations import host
from tests.flows.runs import german, impatient
from tests.world import _no_pauses, _nothing_goes_on, api, cli, painted, world

__all__ = ["_no_pauses", "_nothing_goes_on", "api", "cli", "german", "host", "impatient", "painted", "site", "world"]
