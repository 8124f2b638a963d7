"""All checks, in the order in which their findings are read: from this machine to the far ends."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY

from blocks.doctor.api import check_server, check_version
from blocks.doctor.collector import check_collector
from blocks.doctor.credentials import check_blocks
from blocks.doctor.environment import check_env_file, check_settings, check_spelling, secrets_given
from blocks.doctor.finding import Finding, failure
from blocks.doctor.machine import check_data_dir, check_fonts, check_spool
from blocks.doctor.reactions import check_automations, check_failed_actions
from blocks.doctor.scene import Scene
from blocks.doctor.signing import check_signing
from blocks.doctor.storage import check_storage
from blocks.doctor.variables import check_pauses, check_variables
from blocks.doctor.vendors import check_chutes, check_download_hosts, check_replicate, check_writer
from blocks.doctor.versions import check_packages, check_pillow
from blocks.doctor.work import check_deployments, check_work_pool
from blocks.provisioning.saved_blocks import secrets_of
from imaging.errors import ConfigurationError
from imaging.quoting import quoted

Check = Callable[[Scene], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    check_packages, check_pillow, check_fonts, check_settings, check_spelling, check_env_file, check_data_dir,
    check_spool, check_version, check_server, check_blocks, check_storage, check_replicate, check_chutes,
    check_writer, check_signing, check_download_hosts, check_variables, check_pauses, check_work_pool,
    check_deployments, check_automations, check_failed_actions, check_collector,
)  # fmt: skip

_SHORTEST_SECRET = 6  # what is shorter stands in words by chance, and opens nothing


def examine(scene: Scene) -> Iterator[Finding]:
    """Yield the findings of every check; one that breaks is a finding itself, and no finding holds a secret."""
    secrets = [secret for secret in _secrets(scene) if len(secret) >= _SHORTEST_SECRET]
    for check in CHECKS:
        for finding in _guarded(check, scene):
            mend = finding.mend and quoted(finding.mend, *secrets)
            yield replace(finding, text=quoted(finding.text, *secrets), mend=mend)


def _guarded(check: Check, scene: Scene) -> Iterator[Finding]:
    name = check.__name__.removeprefix("check_").replace("_", " ")
    try:
        yield from check(scene)
    except ConfigurationError as error:
        yield failure(name, f"cannot be looked at: {error}", "do as it says, and run the doctor again")
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks are to be made
        # Its words are not shown: nobody knows what they quote.
        text = f"cannot be looked at: {type(error).__name__}"
        yield failure(name, text, "mend what else is found, and run the doctor again")


def _secrets(scene: Scene) -> Iterator[str]:
    """Yield whatever must not be shown, should somebody repeat it to us."""
    for setting in (PREFECT_API_KEY.value(), PREFECT_API_AUTH_STRING.value()):
        if setting:
            yield setting.get_secret_value()
    yield from secrets_given()
    for block in scene.saved_blocks.values():
        yield from secrets_of(block)
