"""All checks, in the order of the report: from this machine to remote services."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY

from blocks.doctor.api import check_server, check_version
from blocks.doctor.automations import check_automations, check_failed_actions
from blocks.doctor.credentials import check_blocks
from blocks.doctor.environment import check_env_file, check_settings, check_spelling, secrets_given
from blocks.doctor.finding import Finding, failure
from blocks.doctor.installation import Installation
from blocks.doctor.machine import check_data_dir, check_fonts, check_spool
from blocks.doctor.signing import check_signing
from blocks.doctor.storage import check_storage
from blocks.doctor.telemetry import check_collector
from blocks.doctor.variables import check_pauses, check_variables
from blocks.doctor.vendors import check_download_hosts, check_vendors, check_writer
from blocks.doctor.versions import check_packages, check_pillow
from blocks.doctor.work import check_deployments, check_work_pool
from blocks.provisioning.saved_blocks import secrets_of
from imaging.errors import ConfigurationError
from imaging.sanitizing.quoting import quoted

Check = Callable[[Installation], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    check_packages, check_pillow, check_fonts, check_settings, check_spelling, check_env_file, check_data_dir,
    check_spool, check_version, check_server, check_blocks, check_storage, check_vendors,
    check_writer, check_signing, check_download_hosts, check_variables, check_pauses, check_work_pool,
    check_deployments, check_automations, check_failed_actions, check_collector,
)  # fmt: skip

_SHORTEST_SECRET = 6  # shorter ones occur in text by chance, and are no real keys


def examine(installation: Installation) -> Iterator[Finding]:
    """Yield the findings of every check, with secrets redacted; a check that raises gives a finding, too."""
    secrets = [secret for secret in _secrets(installation) if len(secret) >= _SHORTEST_SECRET]
    for check in CHECKS:
        for finding in _guarded(check, installation):
            mend = finding.mend and quoted(finding.mend, *secrets)
            yield replace(finding, text=quoted(finding.text, *secrets), mend=mend)


def _guarded(check: Check, installation: Installation) -> Iterator[Finding]:
    name = check.__name__.removeprefix("check_").replace("_", " ")
    try:
        yield from check(installation)
    except ConfigurationError as error:
        yield failure(name, f"cannot be checked: {error}", "do as it says, and run the doctor again")
    except Exception as error:  # noqa: BLE001 - the other checks must still run
        # Without its message, which may quote secrets.
        text = f"cannot be checked: {type(error).__name__}"
        yield failure(name, text, "fix the other findings, and run the doctor again")


def _secrets(installation: Installation) -> Iterator[str]:
    """Yield all secrets, which vendors or the API may quote in their answers."""
    for setting in (PREFECT_API_KEY.value(), PREFECT_API_AUTH_STRING.value()):
        if setting:
            yield setting.get_secret_value()
    yield from secrets_given()
    for block in installation.saved_blocks.values():
        yield from secrets_of(block)
