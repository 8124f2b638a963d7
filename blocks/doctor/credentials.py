"""Check of the blocks: registered, saved, readable, and equal to the environment."""

from collections.abc import Iterator

from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import SETUP, Installation
from blocks.doctor.vendors import models_used
from blocks.provisioning.saved_blocks import BUCKET, CREDENTIALS, OF_VENDORS, WRITER, Credential, differing

_WITHOUT_VENDOR = "its pictures are painted offline"


def check_blocks(installation: Installation) -> Iterator[Finding]:
    """Check each block, and name the fields that differ from the environment, never their values."""
    for credential in CREDENTIALS:
        if broken := installation.broken_blocks.get(credential.name):
            mend = f"set {credential.variables} and run {SETUP}, or prefect block delete {credential.slug}"
            yield failure(f"block {credential.slug}", broken, mend)
        else:
            yield _finding(installation, credential)


def _finding(installation: Installation, credential: Credential) -> Finding:
    name, set_them = f"block {credential.slug}", f"set {credential.variables}"
    saved, given = installation.saved(credential), installation.given(credential)
    if saved is None and given is None:
        return _without(installation, credential, name, set_them)
    if saved is None:
        if installation.client is None or installation.local:
            return well(name, "from the environment")
        return warning(name, "not saved: a worker with another environment will not have it", SETUP)
    if given is not None and (fields := differing(saved, given)):
        text = f"the saved block wins, and differs from the environment in {', '.join(fields)}"
        return warning(name, text, f"{SETUP} (saves the environment's), or prefect block delete {credential.slug}")
    if installation.client and not _is_registered(installation.client, credential):
        return warning(name, "saved by another version, with other fields", SETUP)
    return well(name, "saved" + (", as in the environment" if given else ""))


def _without(installation: Installation, credential: Credential, name: str, set_them: str) -> Finding:
    if credential is WRITER:
        return well(name, "none: prompts and alternative texts are built in")
    vendor = next((vendor for vendor, of_vendor in OF_VENDORS.items() if of_vendor is credential), None)
    if vendor and all(model.provider != vendor for model in models_used(installation).all()):
        return well(name, "none: no model of it is used")
    without = "pictures go to the storage of this machine" if credential is BUCKET else _WITHOUT_VENDOR
    return warning(name, f"neither saved nor in the environment: {without}", set_them)


def _is_registered(client: SyncPrefectClient, credential: Credential) -> bool:
    try:
        client.read_block_schema_by_checksum(credential.block_type._calculate_schema_checksum())
    except ObjectNotFound:
        return False
    return True
