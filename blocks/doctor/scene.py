"""What the checks look at: settings, the API, and the blocks that a run would use."""

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
class Scene:
    """The set-up as it was found, read once.

    `settings` is None where they are invalid, and `complaint` says why. `client` is None where no API answers.
    `local`: the API is this machine's own small server, on which nobody waits for workers. `is_set_up`: `setup` was
    run on it. `saved_blocks` and `broken_blocks` (why they cannot be read) go by the name of their credential.
    """

    settings: Settings | None
    complaint: str
    client: SyncPrefectClient | None
    local: bool
    is_set_up: bool
    saved_blocks: Mapping[str, Block]
    broken_blocks: Mapping[str, str]

    @classmethod
    def now(cls, client: SyncPrefectClient | None, *, local: bool) -> "Scene":
        """Look at the settings and the blocks as they are at this moment."""
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
        """Return the finding that something is not there which deployments need: broken only where it was set up."""
        return (failure if self.is_set_up and not self.local else warning)(name, text, mend)

    def saved(self, credential: Credential) -> Block | None:
        """Return the saved block, if there is one that can be read."""
        return self.saved_blocks.get(credential.name)

    def given(self, credential: Credential) -> Block | None:
        """Return the block that the environment describes, if it does."""
        return credential.from_environment(self.settings) if self.settings else None

    def used(self, credential: Credential) -> Block | None:
        """Return the block that a run would use, which is the saved one if there is one.

        None where there is none, and where the saved one is broken: no run gets beyond that.
        """
        if credential.name in self.broken_blocks:
            return None
        return self.saved(credential) or self.given(credential)


def _is_set_up(client: SyncPrefectClient) -> bool:
    try:
        return client.read_variable_by_name(BUDGETS) is not None
    except httpx.HTTPError:
        return False
