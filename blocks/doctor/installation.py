"""The installation that is checked: settings, the API, and the blocks that a run would use."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from prefect.blocks.core import Block
from prefect.client.orchestration import SyncPrefectClient

from blocks.configuration.defaults import BUDGETS
from blocks.configuration.settings import Settings, load_settings
from blocks.doctor.finding import Finding, failure, warning
from blocks.provisioning.saved_blocks import CREDENTIALS, Credential
from imaging.errors import ConfigurationError

SETUP = "article-images setup"


@dataclass(frozen=True, slots=True)
class Installation:
    """The installation as it was found, read once.

    `settings` is None if they are invalid, with the reason in `complaint`. `client` is None if no API answers. `local`:
    the API is the local server of this machine, which needs no workers. `is_set_up`: `setup` was run on it.
    `saved_blocks` and `broken_blocks` (the reasons why they cannot be read) are by the name of their credential.
    """

    settings: Settings | None
    complaint: str
    client: SyncPrefectClient | None
    local: bool
    is_set_up: bool
    saved_blocks: Mapping[str, Block]
    broken_blocks: Mapping[str, str]

    @classmethod
    def now(cls, client: SyncPrefectClient | None, *, local: bool) -> "Installation":
        """Read the current settings and blocks."""
        saved: dict[str, Block] = {}
        broken: dict[str, str] = {}
        for credential in CREDENTIALS if client else ():
            try:
                block = credential.saved()
            except (ConfigurationError, httpx.HTTPError) as error:
                broken[credential.name] = str(error) if isinstance(error, ConfigurationError) else type(error).__name__
            else:
                saved |= {credential.name: block} if block else {}
        is_set_up = client is not None and _is_set_up(client)
        try:
            return cls(load_settings(), "", client, local, is_set_up, saved, broken)
        except ConfigurationError as error:
            return cls(None, str(error), client, local, is_set_up, saved, broken)

    def missing(self, name: str, text: str, mend: str) -> Finding:
        """Return a finding on a missing part that deployments need: a failure if `setup` was run, else a warning."""
        return (failure if self.is_set_up and not self.local else warning)(name, text, mend)

    def saved(self, credential: Credential) -> Block | None:
        """Return the saved block, None if there is none or it cannot be read."""
        return self.saved_blocks.get(credential.name)

    def given(self, credential: Credential) -> Block | None:
        """Return the block from the environment, None if its variables are not set."""
        return credential.from_environment(self.settings) if self.settings else None

    def used(self, credential: Credential) -> Block | None:
        """Return the block that a run would use: the saved one, else that of the environment.

        None without either, and if the saved one is broken, which stops any run.
        """
        if credential.name in self.broken_blocks:
            return None
        return self.saved(credential) or self.given(credential)


def _is_set_up(client: SyncPrefectClient) -> bool:
    try:
        return client.read_variable_by_name(BUDGETS) is not None
    except httpx.HTTPError:
        return False
