"""The blocks: registered, saved, readable, and in agreement with the environment."""

from collections.abc import Iterator

from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.scene import SETUP, Scene
from blocks.provisioning.saved_blocks import BUCKET, CHUTES, CREDENTIALS, REPLICATE, WRITER, Credential, differing

_WITHOUT = {
    BUCKET.name: "pictures go to the storage of this machine",
    REPLICATE.name: "its pictures are painted offline",
    CHUTES.name: "its pictures are painted offline",
}


def check_blocks(scene: Scene) -> Iterator[Finding]:
    """Look at each block, and say which fields differ from the environment; a value is never shown."""
    for credential in CREDENTIALS:
        if broken := scene.broken_blocks.get(credential.name):
            mend = f"set {credential.variables} and run {SETUP}, or prefect block delete {credential.slug}"
            yield failure(f"block {credential.slug}", broken, mend)
        else:
            yield _finding(scene, credential)


def _finding(scene: Scene, credential: Credential) -> Finding:
    name, set_them = f"block {credential.slug}", f"set {credential.variables}"
    saved, given = scene.saved(credential), scene.given(credential)
    if saved is None and given is None:
        return _without(credential, name, set_them)
    if saved is None:
        if scene.client is None or scene.local:
            return well(name, "from the environment")
        return warning(name, "not saved: a worker with another environment does not have it", SETUP)
    if given is not None and (fields := differing(saved, given)):
        text = f"the saved block wins, and differs from the environment in {', '.join(fields)}"
        return warning(name, text, f"{SETUP} (saves the environment's), or prefect block delete {credential.slug}")
    if scene.client and not _is_registered(scene.client, credential):
        return warning(name, "saved by another version: its type has other fields now", SETUP)
    return well(name, "saved" + (", as in the environment" if given else ""))


def _without(credential: Credential, name: str, set_them: str) -> Finding:
    if credential is WRITER:
        return well(name, "none: prompts and alternative texts are our own words")
    return warning(name, f"neither saved nor in the environment: {_WITHOUT[credential.name]}", set_them)


def _is_registered(client: SyncPrefectClient, credential: Credential) -> bool:
    try:
        client.read_block_schema_by_checksum(credential.block_type._calculate_schema_checksum())
    except ObjectNotFound:
        return False
    return True
